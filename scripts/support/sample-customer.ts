import { SEED } from "../sandbox/seed/index.js";

/** The customer of demo, sweeps and tests: a guest in the supplier's own state. */

export const SAMPLE_CONTACT = { email: "meera@example.com", phone: "+919845012345" };

export const SAMPLE_ADDRESS = {
  name: "Meera Nair",
  phone: "+919845012345",
  line1: "22 Temple Street, Malleswaram",
  city: "Bengaluru",
  state: "Karnataka",
  pincode: SEED.pincodes.bengaluru,
};

import { SANDBOX_SECRETS } from "../../scripts/sandbox/environment.js";
import { mintGuestId } from "../../utils/guest-ids.js";

/**
 * A guest id as the service mints them: it accepts no others. Call it inside a test, when the environment of
 * the service under test is set.
 */
export const newGuestId = (): string => mintGuestId(process.env.LINK_SECRET ?? SANDBOX_SECRETS.linkSecret);

/** The header of a guest with a new id. */
export const asGuest = (): { "X-Session-Id": string } => ({ "X-Session-Id": newGuestId() });

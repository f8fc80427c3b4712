/** Pincode prefix → state code, condensed from the India Post directory. */
const RANGES = `
110:07 121-136:06 140-152:03 160:04 171-177:02 180-193:01 194:38 201-245:09 246:05 247:09 248-249:05 250-261:09
262:05 263:05 271-285:09 301-345:08 360-396:24 400-402:27 403:30 410-445:27 450-488:23 490-497:22 500-509:36
515-535:37 560-591:29 600-643:33 670-695:32 700-736:19 737:11 741-743:19 744:35 751-770:21 781-788:18 790-792:12
793-794:17 795:14 796:15 797-798:13 799:16 800-813:10 814-818:20 821:10 822:20 823-824:10 825-835:20 841-855:10`;

const EXCEPTIONS = `
03:160055,160059,160062,160071,160103,160104
05:244712-244717,244720,247656,247658,247661,247663-247668,247670-247671
09:246701-246764,262001-262203,262302,262305,262406,262701-262908
26:362520,362540,362570,396210,396215,396220,396230,396235,396240
34:605001-605011,605013,605110,605502,607402-607403,609601-609607,609609,673310
31:682551-682559 20:813208 10:814131 15:791701 37:504346`;

const STATE_NAMES: Readonly<Record<string, string>> = {
  "01": "Jammu and Kashmir",
  "02": "Himachal Pradesh",
  "03": "Punjab",
  "04": "Chandigarh",
  "05": "Uttarakhand",
  "06": "Haryana",
  "07": "Delhi",
  "08": "Rajasthan",
  "09": "Uttar Pradesh",
  "10": "Bihar",
  "11": "Sikkim",
  "12": "Arunachal Pradesh",
  "13": "Nagaland",
  "14": "Manipur",
  "15": "Mizoram",
  "16": "Tripura",
  "17": "Meghalaya",
  "18": "Assam",
  "19": "West Bengal",
  "20": "Jharkhand",
  "21": "Odisha",
  "22": "Chhattisgarh",
  "23": "Madhya Pradesh",
  "24": "Gujarat",
  "26": "Dadra and Nagar Haveli and Daman and Diu",
  "27": "Maharashtra",
  "29": "Karnataka",
  "30": "Goa",
  "31": "Lakshadweep",
  "32": "Kerala",
  "33": "Tamil Nadu",
  "34": "Puducherry",
  "35": "Andaman and Nicobar Islands",
  "36": "Telangana",
  "37": "Andhra Pradesh",
  "38": "Ladakh",
};

const CITIES: Readonly<Record<string, string>> = {
  "110": "New Delhi",
  "122": "Gurugram",
  "160": "Chandigarh",
  "201": "Noida",
  "226": "Lucknow",
  "302": "Jaipur",
  "380": "Ahmedabad",
  "395": "Surat",
  "400": "Mumbai",
  "403": "Panaji",
  "411": "Pune",
  "452": "Indore",
  "500": "Hyderabad",
  "530": "Visakhapatnam",
  "560": "Bengaluru",
  "570": "Mysuru",
  "600": "Chennai",
  "605": "Puducherry",
  "682": "Kochi",
  "695": "Thiruvananthapuram",
  "700": "Kolkata",
  "737": "Gangtok",
  "751": "Bhubaneswar",
  "781": "Guwahati",
  "800": "Patna",
};

const METROS = new Set(["110", "400", "411", "500", "560", "600", "700"]);
/** Hills, the north-east and the islands: slower, and without cash on delivery. */
const REMOTE_STATES = new Set(["01", "11", "12", "13", "14", "15", "16", "17", "31", "35", "38"]);
/** Without any courier. */
const UNSERVED_STATES = new Set(["31"]);
const HOME_STATE = "29";

export type Zone = "local" | "metro" | "national" | "remote";

interface PincodeFacts {
  stateCode: string;
  state: string;
  city: string;
  zone: Zone;
  isServed: boolean;
}

const spread = (range: string): number[] => {
  const [from = 0, to = from] = range.split("-").map(Number);
  return Array.from({ length: to - from + 1 }, (_, index) => from + index);
};

const words = (text: string): string[] => text.trim().split(/\s+/);

const stateByPrefix = new Map<string, string>();
for (const word of words(RANGES)) {
  const [range = "", code = ""] = word.split(":");
  for (const prefix of spread(range)) stateByPrefix.set(String(prefix), code);
}
const stateByPincode = new Map<string, string>();
for (const word of words(EXCEPTIONS)) {
  const [code = "", list = ""] = word.split(":");
  for (const pincode of list.split(",").flatMap(spread)) stateByPincode.set(String(pincode), code);
}

function zoneOf(stateCode: string, prefix: string): Zone {
  if (stateCode === HOME_STATE) return "local";
  if (METROS.has(prefix)) return "metro";
  return REMOTE_STATES.has(stateCode) ? "remote" : "national";
}

/** Null for army post offices and pincodes of no state. */
export function findPincode(pincode: string): PincodeFacts | null {
  const prefix = pincode.slice(0, 3);
  const stateCode = stateByPincode.get(pincode) ?? stateByPrefix.get(prefix);
  if (stateCode === undefined) return null;
  const state = STATE_NAMES[stateCode] ?? "Unknown";
  return {
    stateCode,
    state,
    city: CITIES[prefix] ?? state,
    zone: zoneOf(stateCode, prefix),
    isServed: !UNSERVED_STATES.has(stateCode),
  };
}

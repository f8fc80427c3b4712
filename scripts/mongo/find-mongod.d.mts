/** Types of find-mongod.mjs, which is plain JavaScript because it runs before packages are installed. */
export type ResolvedMongod =
  | { readonly source: "MONGODB_URI"; readonly uri: string }
  | {
      readonly source: "MONGOMS_SYSTEM_BINARY" | "PATH" | "download" | "wine";
      readonly binary: string;
    };

export const MONGODB_VERSION: string;
export function resolveMongod(): ResolvedMongod | null;
export function installMongod(): Promise<ResolvedMongod>;

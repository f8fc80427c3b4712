import { type GivenLink, getLinkedFile, openFile } from "../../services/platform/files.service.js";
import type { FileContent } from "../../utils/http.js";

/** @throws NotFoundError FILE_NOT_FOUND when the link is not valid, or it or its file has expired */
export async function openLinkedFile(link: GivenLink): Promise<FileContent> {
  const file = await getLinkedFile(link);
  return {
    name: file.name,
    contentType: file.contentType,
    size: file.size,
    ...(file.sha256 && { etag: file.sha256 }),
    body: () => openFile(file),
  };
}

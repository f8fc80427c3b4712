import axios from "axios";
import type { SandboxControl } from "./sandbox.js";

type AnyMethod = (...values: never[]) => unknown;
type ArgumentsOf<F> = F extends (...values: infer A) => unknown ? A : never;
type AnswerOf<F> = F extends (...values: never[]) => infer R ? Awaited<R> : never;
type MethodName<Part> = { [Name in keyof Part]: Part[Name] extends AnyMethod ? Name : never }[keyof Part] &
  string;

/** The control objects of a sandbox in another process. */
export interface SandboxClient {
  /** `call("inventory", "setStock", variantId, 5)`. @throws Error with the sandbox's message */
  call<S extends keyof SandboxControl & string, M extends MethodName<SandboxControl[S]>>(
    service: S,
    method: M,
    ...values: ArgumentsOf<SandboxControl[S][M]>
  ): Promise<AnswerOf<SandboxControl[S][M]>>;
}

export function createSandboxClient(controlUrl: string): SandboxClient {
  return {
    call: async <S extends keyof SandboxControl & string, M extends MethodName<SandboxControl[S]>>(
      service: S,
      method: M,
      ...values: ArgumentsOf<SandboxControl[S][M]>
    ) => {
      // The server runs the very function whose type this is, and JSON keeps what it answers.
      const { status, data } = await axios.post<{ message: string; data: AnswerOf<SandboxControl[S][M]> }>(
        `${controlUrl}/__control/${service}/${method}`,
        values,
        { validateStatus: () => true },
      );
      if (status >= 400) throw new Error(`${service}.${method}: ${data.message}`);
      return data.data;
    },
  };
}

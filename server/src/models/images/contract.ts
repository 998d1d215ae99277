import type { HostedProviderSettings, ProviderFailure, Usage } from "../hosted/provider.ts";

/** What JSON can say. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };

/** Of a JSON column: stored as it is, and handed back after a restart. */
export interface JsonObject {
  readonly [key: string]: Json;
}

export type ImageFormat = "png" | "jpeg" | "webp";

/** What a picture is asked for with. Null where the caller leaves it to the model. */
export interface ImageRequest {
  readonly prompt: string;
  readonly negativePrompt: string | null;
  /** Pixels. */
  readonly width: number | null;
  readonly height: number | null;
  /** `16:9`; counts only where no size is given. */
  readonly aspectRatio: string | null;
  readonly steps: number | null;
  readonly guidance: number | null;
  /** 0 to 2,147,483,647. */
  readonly seed: number | null;
  /** In the words of the public API: `K_EULER`. */
  readonly scheduler: string | null;
  /** How many pictures, at least 1. */
  readonly count: number;
  /**
   * In which it is stored. An adapter asks for it where it can, and never warns: whoever stores a picture converts what
   * came in another one.
   */
  readonly format: ImageFormat;
  /** Of a lossy format, 1 to 100; as `format`. */
  readonly quality: number | null;
  readonly background: "transparent" | "opaque" | null;
  /** Keys of the caller's own. */
  readonly extra: JsonObject;
}

/** Where in a request something is: the public API has names of its own for them. */
export type Parameter = Exclude<keyof ImageRequest, "extra"> | `extra.${string}`;

/** What of a request a model does not follow, or not exactly. */
export interface Warning {
  /** `clamped`: a number brought within the model's bounds. `adjusted`: the nearest of what the model offers. */
  readonly code: "ignored" | "clamped" | "adjusted";
  readonly parameter: Parameter;
  /** One sentence that needs no name of a parameter: "FLUX.1 [schnell] takes at most 4 steps: 30 became 4." */
  readonly message: string;
}

/** A parameter that a model follows. What is absent has no bound, or none that is known. */
export interface ParameterRule {
  readonly parameter: Parameter;
  readonly type: "integer" | "number" | "string" | "boolean" | "enum";
  readonly minimum?: number;
  readonly maximum?: number;
  readonly step?: number;
  /** What the model does where the request says nothing. */
  readonly default?: string | number | boolean;
  /** Of an `enum`. */
  readonly values?: readonly (string | number)[];
  /** One sentence; absent where the parameter means what it means for all models. */
  readonly description?: string;
  /** The model refuses requests without it. */
  readonly required?: true;
}

type ModelPrice = { readonly as_of: string; readonly source: string } & (
  | { readonly usd_per_image: number }
  | {
      readonly input_usd_per_million: number;
      readonly output_usd_per_million: number;
      /** Of the tokens of a picture, where they cost something else than those of words. */
      readonly image_output_usd_per_million?: number;
    }
);

/** What of a request a model follows without a warning: told by the rules that `check` goes by. */
export interface ModelDescription {
  readonly parameters: readonly ParameterRule[];
  /** Width and height of all that it makes, where these are listed; null where any is made within the bounds. */
  readonly sizes: readonly (readonly [width: number, height: number])[] | null;
  /** Null where it is not known, and where nobody is paid. */
  readonly price: ModelPrice | null;
  /** After which its provider has it no more; null where none is known. */
  readonly shutdownDate: string | null;
}

/** One start, ready to be sent: stored with the intent, so that what is repeated after a crash is the same. */
export interface Prepared {
  /** Pictures that it asks for. */
  readonly count: number;
  /** What is sent, in the provider's own words, and with it all that `start` has to know. Opaque to the caller. */
  readonly body: JsonObject;
}

export interface Checked {
  readonly warnings: readonly Warning[];
  /**
   * At least one. Several where the model makes fewer pictures per call than were asked for: each start is a step of its
   * own with an operation of its own, so that no failure loses what others have made. Where a seed was given and the
   * model takes one, the second start has the next seed, and so on.
   */
  readonly starts: readonly Prepared[];
}

/** Where a start that runs on at its provider is found again. Opaque to the caller. */
export type Operation = JsonObject;

/** One picture. */
export type Output = (
  | {
      /** To be fetched at once: Replicate's are gone after an hour. May also be one that only the provider can reach. */
      readonly url: string;
    }
  | {
      readonly bytes: Buffer;
      /** As the provider says; null where it says nothing. Only the bytes themselves are to be believed. */
      readonly format: ImageFormat | null;
    }
) & {
  /** What it was made from, as the provider says or was told; pictures of one call may share it. Null where nobody knows. */
  readonly seed: number | null;
};

/** Pictures came: at least one of them. */
export interface Succeeded {
  readonly as: "succeeded";
  readonly outputs: readonly Output[];
  /** Pictures that were made, and then withheld by the provider's policy. */
  readonly dropped: number;
  /** Parts of the answer where a picture was to be, and none could be read. */
  readonly unreadable: number;
  /** The model that made them, as the provider says; the one that was asked where it says nothing. */
  readonly model: string;
  /** For which the provider's machines worked; null where it does not say it. */
  readonly seconds: number | null;
  /** Null where the provider counts none. */
  readonly usage: Usage | null;
  /** Estimate in millionths of a dollar; null where a price is not known. */
  readonly costMicros: number | null;
}

/** How a generation may fail once the provider has taken it. */
export type GenerationFailure = Extract<
  ProviderFailure,
  { readonly kind: "refused" | "invalid_output" | "unavailable" | "rejected" }
>;

export type Status =
  /** Taken, and nothing is done for it yet. */
  | { readonly as: "waiting" }
  | {
      readonly as: "running";
      /** From 0 to 1; null where nobody knows. It may go back: a model may work in several rounds. */
      readonly progress: number | null;
      /** A few words of the provider's own; null where there are none. */
      readonly note: string | null;
    }
  | Succeeded
  | { readonly as: "failed"; readonly failure: GenerationFailure; readonly costMicros: number | null }
  /** @see ImageProvider.cancel. Also by the provider itself, at the deadline it was given. */
  | {
      readonly as: "cancelled";
      /** Null where nobody knows. */
      readonly billed: boolean | null;
    }
  /** It came to an end, and what it made is not there any more, or the provider does not know it. Probably billed. */
  | { readonly as: "gone"; readonly reason: string };

export type Started =
  /** It runs at the provider: `operation` is to be stored before anything else is done. */
  | { readonly as: "running"; readonly operation: Operation; readonly status: Status }
  /** The pictures came in the answer to the start: there is nothing to come back to. */
  | { readonly as: "finished"; readonly status: Succeeded };

/** With which every request is made. */
export interface ImageCall {
  /** Null where the provider asks for none. */
  readonly apiKey: string | null;
  readonly signal: AbortSignal;
}

export interface StartCall extends ImageCall {
  readonly model: string;
  readonly prepared: Prepared;
  /** The caller's name for this one start, another one for each attempt. */
  readonly startId: string;
  /** Where the provider may tell that something has changed: a hint, after which `status` is asked. */
  readonly callback: { readonly url: string } | null;
  /** After so long the provider itself gives up, where it can. Milliseconds. */
  readonly giveUpMs: number | null;
  /** Called when it is about to go out: from then on it may be billed. */
  readonly onSent?: () => void;
  /** From 0 to 1, of a start that is answered with the pictures; never called by others. */
  readonly onProgress?: (progress: number) => void;
}

/** The start that is looked for, as it was sent. */
export interface FindCall extends ImageCall, Pick<StartCall, "model" | "prepared" | "startId" | "callback"> {
  /** When it was sent at the earliest. */
  readonly since: Date;
}

export interface Found {
  readonly operation: Operation;
  readonly status: Status;
}

interface CheckOptions {
  /** What `learn` said of the model; absent or null where it was not asked. */
  readonly learned?: JsonObject | null;
}

/**
 * A provider's API that makes pictures, as one call with one key.
 *
 * An adapter sends one request and says how it ended. It chooses no key, never sleeps, loops over what may take long,
 * retries, logs or stores; what has to outlive the process is JSON that the caller keeps. All that ask the provider fail
 * with a `ProviderError` as its `failure` says, or at once with the signal's reason. Only `start` costs: elsewhere an
 * `unavailable` has `sent: false`.
 */
export interface ImageProvider {
  readonly name: "replicate" | "openai" | "gemini" | "a1111" | "local";
  /** The models that its tables have; none where every server has its own. */
  readonly models: readonly string[];
  /**
   * What the provider says of a model that the tables do not have: to be kept for a day or so, and handed to `check`.
   * Null for a model that is in the tables. Absent where the provider says nothing.
   */
  learn?(model: string, call: ImageCall): Promise<JsonObject | null>;
  /**
   * What of a request a model cannot follow, and what will be sent, before anything is asked. Whoever wants all or nothing
   * refuses a request with warnings.
   *
   * @throws {ProviderError} `rejected` or `model_unknown` for what can only fail
   */
  check(model: string, request: ImageRequest, options?: CheckOptions): Checked;
  /** What of a request a model follows, by the rules of `check`. Null for one that nothing is known of. */
  describe(model: string, options?: CheckOptions): ModelDescription | null;
  /**
   * Asks for pictures. An `unavailable` with `sent` may have begun all the same: where there is `find`, it is asked before
   * anything is sent again.
   */
  start(call: StartCall): Promise<Started>;
  /**
   * Looks for a start whose answer was lost, where the provider can list what it was asked. What other starts of the
   * caller's hold already is the caller's to leave out: two requests may be alike to the letter.
   *
   * @returns the newest first; none where the provider lists none
   */
  find?(call: FindCall): Promise<readonly Found[]>;
  /** Absent where every start is answered with its pictures. */
  status?(operation: Operation, call: ImageCall): Promise<Status>;
  /** What is over or gone is left as it is; how it ended `status` says. Absent where there is nothing to cancel. */
  cancel?(operation: Operation, call: ImageCall): Promise<void>;
  /**
   * Stops what an aborted `start` left behind, where a server goes on when nobody waits any more. Absent where closing the
   * connection is all that can be done.
   */
  interrupt?(call: ImageCall): Promise<void>;
  /**
   * How far the server is with what it makes at the moment, from 0 to 1; null where it makes nothing or does not say. For
   * whoever waits for a `start` that does not tell by itself.
   */
  progress?(call: ImageCall): Promise<number | null>;
  /** Absent where the provider calls nobody back. */
  readonly callbacks?: Callbacks;
}

/** How to tell that a callback is the provider's own. Even so it is only a hint: `status` says what is true. */
export interface Callbacks {
  /** What the provider signs with: one for all of a key's account, to be kept for a day or so. */
  secret(call: ImageCall): Promise<string>;
  verify(delivery: Delivery): boolean;
}

export interface Delivery {
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  /** Byte by byte as it came. */
  readonly body: Buffer;
  readonly secret: string;
  /** Milliseconds since 1970. */
  readonly now: number;
}

/** What all adapters are made with. `deadlineMs` is for one request, so of a start that is answered with its pictures for making them. */
export type ImageProviderSettings = HostedProviderSettings;

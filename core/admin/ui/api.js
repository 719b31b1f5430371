// @ts-check
/// <reference lib="dom" />
/** Bodies of the stats port this page comes from, and why one is not to be had. */

/** Longer than this a node does not take unless it does not answer. */
const TIMEOUT_MS = 8000;
const TOKEN_KEY = "dynomite_admin_token";

/** @typedef {"unreachable" | "token" | "missing" | "refused"} ApiProblem */

/** Why there is no body. `text` is the node's own, as far as it gave one. */
export class ApiError extends Error {
  /**
   * @param {ApiProblem} problem `token`: it asks for its admin_token; `missing`: it has no such path
   * @param {string} text
   */
  constructor(problem, text) {
    super(text);
    this.name = "ApiError";
    /** @type {ApiProblem} */
    this.problem = problem;
  }
}

export class Api {
  /** Sent with every request. It lives as long as the tab, and never in an address. */
  get token() {
    return sessionStorage.getItem(TOKEN_KEY) ?? "";
  }

  /** @param {string} token */
  set token(token) {
    if (token === "") sessionStorage.removeItem(TOKEN_KEY);
    else sessionStorage.setItem(TOKEN_KEY, token);
  }

  /**
   * GET of a path beside the page's.
   *
   * @param {string} path
   * @param {Readonly<Record<string, string>>} [query]
   * @returns {Promise<unknown>}
   * @throws {ApiError}
   */
  async get(path, query = {}) {
    const { token } = this;
    const search = new URLSearchParams(query).toString();
    let response;
    try {
      response = await fetch(search === "" ? path : `${path}?${search}`, {
        headers: token === "" ? {} : { authorization: `Bearer ${token}` },
        cache: "no-store",
        credentials: "same-origin",
        signal: AbortSignal.timeout(TIMEOUT_MS),
      });
    } catch {
      throw new ApiError("unreachable", "the node does not answer");
    }
    const text = await response.text().catch(() => "");
    if (response.ok) {
      try {
        return JSON.parse(text);
      } catch {
        throw new ApiError("refused", `/${path} is not JSON`);
      }
    }
    const said = text.trim().slice(0, 300);
    if (response.status === 401) throw new ApiError("token", said);
    throw new ApiError(response.status === 404 ? "missing" : "refused", said || `status ${response.status}`);
  }
}

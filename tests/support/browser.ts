/**
 * Debian's Chromium, headless. Every page notes what it was told of: errors on its console, exceptions, and each request that
 * did not go to the server the page came from.
 */
import { chromium, type Page } from "playwright-core";
import { pathOf } from "./real_servers.ts";

/** The program that must be installed. */
export const BROWSER = "chromium";

const ARGUMENTS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];
/** CI machines are slow, and loaded. */
const START_LIMIT_MS = 120_000;
const WAIT_LIMIT_MS = 60_000;

export interface PageOptions {
  readonly width?: number;
  readonly height?: number;
  readonly dark?: boolean;
  /** Pixels of a picture per pixel of the page. */
  readonly scale?: number;
}

export interface WatchedPage {
  readonly page: Page;
  /** What the console and the page itself called errors. */
  readonly errors: string[];
  /** Addresses of requests to other origins than the page's. */
  readonly foreign: string[];
}

export class Browser implements AsyncDisposable {
  readonly #browser: Awaited<ReturnType<typeof chromium.launch>>;

  private constructor(browser: Awaited<ReturnType<typeof chromium.launch>>) {
    this.#browser = browser;
  }

  static async start(): Promise<Browser> {
    const executablePath = pathOf(BROWSER);
    if (executablePath === undefined) throw new Error(`${BROWSER} is not installed`);
    return new Browser(await chromium.launch({ executablePath, args: ARGUMENTS, timeout: START_LIMIT_MS }));
  }

  /** A page of its own storage. Waits on it have generous limits. */
  async open(address: string, options: PageOptions = {}): Promise<WatchedPage> {
    const context = await this.#browser.newContext({
      viewport: { width: options.width ?? 1440, height: options.height ?? 900 },
      colorScheme: options.dark ? "dark" : "light",
      deviceScaleFactor: options.scale ?? 1,
      reducedMotion: "reduce",
    });
    const page = await context.newPage();
    page.setDefaultTimeout(WAIT_LIMIT_MS);
    const watched: WatchedPage = { page, errors: [], foreign: [] };
    const { origin } = new URL(address);
    page.on("console", (message) => {
      if (message.type() === "error" || message.type() === "warning") watched.errors.push(message.text());
    });
    page.on("pageerror", (error) => watched.errors.push(String(error)));
    page.on("request", (request) => {
      if (!request.url().startsWith(`${origin}/`)) watched.foreign.push(request.url());
    });
    await page.goto(address);
    return watched;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#browser.close();
  }
}

/** Opens the application in this process. */
import { type Admin, CommandError } from "../core/command.ts";
import type { Providers } from "../core/provider.ts";
import type { Context } from "./context.ts";

export interface OpenedAdmin {
  admin: Admin;
  close(): Promise<void>;
}

export async function openLocally(_context: Context): Promise<OpenedAdmin> {
  throw new CommandError("not_ready", "The application is not there yet.");
}

export async function loadProviders(): Promise<Providers> {
  throw new CommandError("not_ready", "The providers are not there yet.");
}

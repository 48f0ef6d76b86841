// The official SDK, its calls turned from www.wixapis.com to Restock.
import { backInStockNotifications, backInStockSettings } from "@wix/ecom";
import { ApiKeyStrategy, createClient } from "@wix/sdk";

export const STORES = "215238eb-22a5-4c36-9e7b-e7c08025e04e";
export const OTHER_STORES = "1380b703-ce81-ff05-f115-39571d94dfcd";
export const UNKNOWN_ID = "00000000-0000-4000-8000-000000000000";
export const ORCHID = { name: "Blue Orchid", price: "75.00" };

const WIX = "https://www.wixapis.com";
const PATIENCE = 20_000;

// `notifications` and `settings` of the SDK, and in `sent` what went over the wire.
export function clientOf(address, apiKey) {
  const sent = [];
  const toRestock = (url, init) => {
    const target = url.replace(WIX, "");
    sent.push({ method: init.method, target });
    return fetch(address + target, init);
  };
  const modules = { notifications: backInStockNotifications, settings: backInStockSettings };
  const auth = ApiKeyStrategy({ apiKey, siteId: "any" });
  return { ...createClient({ modules, auth, fetch: toRestock }), sent };
}

// The SDK renames keys inside what it is given, so everything is made anew for each call.
export function reference(item, options, appId = STORES) {
  return { appId, catalogItemId: item, ...(options && { options }) };
}

export function create(client, email, catalogReference, more = {}) {
  const { image, ...request } = more;
  return client.notifications.createBackInStockNotificationRequest(
    { catalogReference, email, ...request },
    { ...ORCHID, ...(image && { image }) },
  );
}

// How the SDK says that a call was refused.
export async function refusal(call) {
  try {
    await call;
  } catch (error) {
    const { applicationError, validationError } = error.details ?? {};
    const violations = validationError?.fieldViolations;
    const { status, requestId, message } = error;
    return { status, ...applicationError, violations, requestId, message };
  }
  return { message: "the call was not refused" };
}

// The request, once it has this status.
export async function until(client, id, status) {
  const end = Date.now() + PATIENCE;
  while (Date.now() < end) {
    const request = await client.notifications.getBackInStockNotificationRequest(id);
    if (request.status === status) return request;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`${id} did not become ${status}`);
}

// `Promise.all` of so many calls at a time.
export async function inTurns(items, call, atATime = 25) {
  const results = [];
  for (let start = 0; start < items.length; start += atATime) {
    results.push(...(await Promise.all(items.slice(start, start + atATime).map(call))));
  }
  return results;
}

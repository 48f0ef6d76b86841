// Refusals that name the wrong fields.
import { ORCHID, create, reference, refusal } from "./client.mjs";

async function violations({ owner }) {
  const { notifications, settings } = owner;
  const query = (asked) => notifications.queryBackInStockNotificationRequests(asked);
  const count = (references) =>
    notifications.getBackInStockNotificationRequestsCountByCatalogReferences(references);
  const report = (options) => notifications.reportItemsBackInStock({ ...ORCHID }, options);
  const many = Array.from({ length: 101 }, (_, number) => reference(`item-${number}`));
  const wrong = { catalogReference: { appId: "" }, email: "nobody", itemUrl: "nowhere" };
  const calls = {
    create: notifications.createBackInStockNotificationRequest(wrong, { price: "$385" }),
    longItem: create(owner, "long@example.com", reference("i".repeat(37))),
    get: notifications.getBackInStockNotificationRequest("nope"),
    delete: notifications.deleteBackInStockNotificationRequest("nope"),
    mark: notifications.markAsNotificationSent("nope"),
    reportNothing: report({}),
    reportNoIds: report({ requestIds: [] }),
    reportIds: report({ requestIds: ["nope"] }),
    start: settings.startCollectingRequests(""),
    stop: settings.stopCollectingRequests(""),
    countNone: count([]),
    countMany: count(many),
    countIncomplete: count([reference("whole"), { appId: "a" }]),
    queryField: query({ filter: { email: "shopper@example.com" } }),
    queryLimit: query({ cursorPaging: { limit: 101 } }),
    queryCursor: query({ cursorPaging: { cursor: "made up" } }),
    querySort: query({ sort: [{ fieldName: "_createdDate", order: "UP" }] }),
  };
  const replies = Object.entries(calls).map(async ([name, call]) => [name, await refusal(call)]);
  return Object.fromEntries(await Promise.all(replies));
}

// The builder sends the same call; the SDK has no name for its argument.
async function builderViolation({ owner }) {
  return refusal(owner.notifications.queryBackInStockNotificationRequests().limit(101).find());
}

export const scenarios = { violations, builderViolation };

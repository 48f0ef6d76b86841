// Refusals with a code.
import { ORCHID, UNKNOWN_ID, create, reference, refusal } from "./client.mjs";

const deep = (levels) => (levels ? { inner: deep(levels - 1) } : {});

async function duplicates({ owner, storefront }) {
  const { _id } = await create(owner, "twice@example.com", reference("twice", { a: 1, b: 2 }));
  const again = (client) => create(client, "TWICE@example.com", reference("twice", { b: 2, a: 1 }));
  return { _id, owner: await refusal(again(owner)), storefront: await refusal(again(storefront)) };
}

async function refusals({ owner, storefront, stranger }) {
  const { notifications, settings } = owner;
  const report = (details, options) =>
    notifications.reportItemsBackInStock({ ...ORCHID, ...details }, options);
  const image = "ftp://shop.example.com/orchid.jpg";
  const email = "refused@example.com";
  const catalogReference = () => reference("refused");
  const calls = {
    uncollected: create(owner, email, reference("x", null, "app-that-was-never-switched")),
    image: create(owner, email, catalogReference(), { image }),
    options: create(owner, email, reference("refused", deep(20))),
    reportedImage: report({ image }, { catalogReference: catalogReference() }),
    both: report({}, { catalogReference: catalogReference(), requestIds: [UNKNOWN_ID] }),
    mark: notifications.markAsNotificationSent(UNKNOWN_ID),
    get: notifications.getBackInStockNotificationRequest(UNKNOWN_ID),
    delete: notifications.deleteBackInStockNotificationRequest(UNKNOWN_ID),
    app: settings.startCollectingRequests("11111111-2222-4333-8444-555555555555"),
    stranger: stranger.settings.getSettings(),
    storefront: storefront.notifications.queryBackInStockNotificationRequests().find(),
    storefrontCount: storefront.notifications
      .getBackInStockNotificationRequestsCountByCatalogReferences([catalogReference()]),
  };
  const replies = Object.entries(calls).map(async ([name, call]) => [name, await refusal(call)]);
  return Object.fromEntries(await Promise.all(replies));
}

export const scenarios = { duplicates, refusals };

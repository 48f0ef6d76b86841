// Counts for as many references as one call takes, each with a variant.
import { create, reference } from "./client.mjs";

async function counting({ owner }) {
  const variant = (number) => `00000000-0000-4000-8000-${String(number).padStart(12, "0")}`;
  const counted = (number) => reference(variant(number), { variantId: variant(number) });
  await create(owner, "count-a@example.com", counted(0));
  await create(owner, "count-b@example.com", counted(0));
  await create(owner, "count-a@example.com", counted(50));
  const { _id } = await create(owner, "count-a@example.com", counted(99));
  await owner.notifications.markAsNotificationSent(_id);
  const asked = Array.from({ length: 100 }, (_, number) => counted(number));
  const { countsPerCatalogReference } =
    await owner.notifications.getBackInStockNotificationRequestsCountByCatalogReferences(asked);
  const { method, target } = owner.sent.at(-1);
  const references = Array.from({ length: 100 }, (_, number) => counted(number));
  return { counts: countsPerCatalogReference, references, method, length: target.length };
}

async function countingOne({ owner }) {
  const { countsPerCatalogReference } =
    await owner.notifications.getBackInStockNotificationRequestsCountByCatalogReferences([
      { catalogItemId: "nobody-wants-it", appId: "any app" },
    ]);
  return countsPerCatalogReference;
}

export const scenarios = { counting, countingOne };

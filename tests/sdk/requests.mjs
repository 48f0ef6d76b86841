// A request's life: created, read, told, marked, deleted.
import { ORCHID, UNKNOWN_ID, create, reference, refusal, until } from "./client.mjs";

const WIX_IMAGE = "wix:image://v1/abc~mv2.jpg/orchid.jpg#originWidth=800&originHeight=600";

async function creating({ owner }) {
  const more = { itemUrl: "https://shop.example.com/orchid", image: WIX_IMAGE };
  const created = await create(owner, "New@example.com", reference("new", { Size: "M" }), more);
  const got = await owner.notifications.getBackInStockNotificationRequest(created._id);
  const dates = [created, got].map(({ _createdDate }) => _createdDate instanceof Date);
  return { created, got, dates };
}

async function renaming({ owner }) {
  const options = () => ({ _id: "v1", options: { _createdDate: "spring", Size: "M" } });
  const created = await create(owner, "renamed@example.com", reference("renamed", options()));
  const again = await refusal(create(owner, "renamed@example.com", reference("renamed", options())));
  return { created, again };
}

async function deleting({ owner }) {
  const { _id } = await create(owner, "deleted@example.com", reference("deleted"));
  const reply = (await owner.notifications.deleteBackInStockNotificationRequest(_id)) ?? "nothing";
  const got = await refusal(owner.notifications.getBackInStockNotificationRequest(_id));
  return { reply, got };
}

async function marking({ owner }) {
  const { _id } = await create(owner, "marked@example.com", reference("marked"));
  const { request: marked } = await owner.notifications.markAsNotificationSent(_id);
  const { request: again } = await owner.notifications.markAsNotificationSent(_id);
  return { marked, again, date: marked._createdDate instanceof Date };
}

async function reportingAnItem({ owner }) {
  const waiting = await create(owner, "sdk-small@example.com", reference("report", { variantId: "s" }));
  const other = await create(owner, "large@example.com", reference("report", { variantId: "l" }));
  const reply = await owner.notifications.reportItemsBackInStock(
    { ...ORCHID, image: WIX_IMAGE },
    {
      catalogReference: reference("report", { variantId: "s" }),
      extraAutomationTemplateParameters: { "item.price": "60.00" },
    },
  );
  const told = await until(owner, waiting._id, "NOTIFICATION_SENT");
  const left = await owner.notifications.getBackInStockNotificationRequest(other._id);
  return { reply, told, left };
}

async function reportingIds({ owner }) {
  const named = await create(owner, "named@example.com", reference("by-id"));
  const other = await create(owner, "unnamed@example.com", reference("by-id"));
  const requestIds = [named._id, UNKNOWN_ID];
  const reply = await owner.notifications.reportItemsBackInStock({ ...ORCHID }, { requestIds });
  const told = await until(owner, named._id, "NOTIFICATION_SENT");
  const left = await owner.notifications.getBackInStockNotificationRequest(other._id);
  return { reply, told, left };
}

export const scenarios = { creating, renaming, deleting, marking, reportingAnItem, reportingIds };

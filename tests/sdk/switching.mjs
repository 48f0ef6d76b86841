// backInStockSettings.
import { OTHER_STORES, create, reference, refusal } from "./client.mjs";

async function collecting({ owner }) {
  const before = await owner.settings.getSettings();
  const started = await owner.settings.startCollectingRequests(OTHER_STORES);
  const taken = await create(owner, "on@example.com", reference("rose", null, OTHER_STORES));
  const stopped = await owner.settings.stopCollectingRequests(OTHER_STORES);
  const refused = await refusal(
    create(owner, "off@example.com", reference("rose", null, OTHER_STORES)),
  );
  const after = await owner.settings.getSettings();
  return { before, started, taken, stopped, refused, after };
}

export const scenarios = { collecting };

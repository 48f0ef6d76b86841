// Queries over 250 requests. `crowd` fills the shop for the scenarios after it.
import { backInStockNotifications } from "@wix/ecom";

import { create, inTurns, reference } from "./client.mjs";

const SIZE = 250;
const ON_SALE = 30;
const ids = (requests) => requests.map(({ _id }) => _id);
const builder = ({ crowd }) => crowd.notifications.queryBackInStockNotificationRequests();
const typed = ({ crowd }, query) =>
  crowd.notifications.queryBackInStockNotificationRequests(query);

async function crowd({ crowd }) {
  const numbers = Array.from({ length: SIZE }, (_, number) => number);
  const made = await inTurns(numbers, (number) => {
    const more = number < ON_SALE ? { itemUrl: `https://shop.example.com/Sale/${number}` } : {};
    const email = `crowd-${number}@example.com`;
    return create(crowd, email, reference(`item-${number % 25}`), more);
  });
  await inTurns(made.slice(-2), ({ _id }) => crowd.notifications.markAsNotificationSent(_id));
  return made;
}

async function pagesOf(query) {
  const pages = [await query.find()];
  while (pages.at(-1).hasNext()) pages.push(await pages.at(-1).next());
  return pages;
}

const all = async (query) => (await pagesOf(query.limit(100))).flatMap(({ items }) => items);

async function walking(clients) {
  const forward = await pagesOf(builder(clients).limit(40));
  const backward = [forward.at(-1)];
  while (backward.at(-1).hasPrev()) backward.push(await backward.at(-1).prev());
  const again = await backward.at(-1).next();
  const pages = (walked) => walked.map(({ items }) => ids(items));
  const skipped = await builder(clients).limit(40).skipTo(forward[0].cursors.next).find();
  return {
    forward: pages(forward),
    backward: pages(backward),
    again: ids(again.items),
    skipped: ids(skipped.items),
    dates: forward.flatMap(({ items }) => items).map(({ _createdDate }) => _createdDate),
    allDates: forward.flatMap(({ items }) => items).every((r) => r._createdDate instanceof Date),
  };
}

async function filtering(clients) {
  const everyone = await all(builder(clients));
  const [one, two, three] = everyone;
  const { notifications } = clients.crowd;
  const sale = "https://SHOP.example.com/sale/";
  const query = () => notifications.queryBackInStockNotificationRequests();
  const filtered = {
    contact: query().eq("contactId", one.contactId),
    in: query().in("_id", ids([one, two, three])),
    hasSome: query().hasSome("_id", ids([one, two, three])),
    sale: query().startsWith("itemUrl", sale),
    notOnSale: query().exists("itemUrl", false),
    sent: query().eq("status", "NOTIFICATION_SENT"),
    byHand: query().eq("autoNotified", false),
    notSent: query().ne("status", "NOTIFICATION_SENT"),
    both: query().startsWith("itemUrl", sale).in("_id", ids([one])),
    either: query().eq("_id", one._id).or(query().eq("_id", two._id)),
    not: query().not(query().startsWith("itemUrl", sale)),
  };
  const found = await inTurns(Object.entries(filtered), async ([name, asked]) => [name, ids(await all(asked))]);
  return { ...Object.fromEntries(found), one, two, three };
}

async function byDate(clients) {
  const everyone = await all(builder(clients).ascending("_createdDate"));
  const middle = everyone[SIZE / 2]._createdDate;
  const before = await all(builder(clients).lt("_createdDate", middle));
  const since = await all(builder(clients).ge("_createdDate", middle));
  return { everyone: ids(everyone), before: ids(before), since: ids(since) };
}

async function sorting(clients) {
  const ordered = {
    oldest: builder(clients).ascending("_createdDate"),
    newest: builder(clients).descending("_createdDate"),
    unsorted: builder(clients),
    url: builder(clients).descending("itemUrl").ascending("_id"),
    status: builder(clients).ascending("status", "_id"),
  };
  const found = await inTurns(Object.entries(ordered), async ([name, query]) => [
    name,
    (await all(query)).map(({ _id, itemUrl, status }) => ({ _id, itemUrl, status })),
  ]);
  return Object.fromEntries(found);
}

async function offsets(clients) {
  const { Filter, QueryBuilder, Sort } = backInStockNotifications.utils.query;
  const page = (offset) =>
    QueryBuilder()
      .withFilter(Filter("status").eq("RECEIVED"))
      .withSorting(Sort("_id").asc())
      .withPaging({ limit: 100, offset })
      .build();
  const replies = await inTurns([0, 100, 200], (offset) => typed(clients, page(offset)));
  return replies.map(({ requests, metadata }) => ({ ids: ids(requests), metadata }));
}

async function bare(clients) {
  const { requests, metadata } = await typed(clients, {});
  const { target } = clients.crowd.sent.at(-1);
  return { ids: ids(requests), count: metadata.count, query: target.split("?")[1] ?? "" };
}

// Above 4,000 characters of query string the SDK posts the query instead.
async function long(clients) {
  const wanted = ids(await all(builder(clients))).slice(10, 130);
  clients.crowd.sent.length = 0;
  const pages = await pagesOf(builder(clients).in("_id", wanted).limit(100));
  const sent = clients.crowd.sent.map(({ method, target }) => [method, target.split("?")[0]]);
  return { wanted, pages: pages.map(({ items }) => ids(items)), sent };
}

export const scenarios = {
  crowd,
  walking,
  filtering,
  byDate,
  sorting,
  offsets,
  bare,
  long,
};

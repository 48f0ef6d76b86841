-- What the owner's console searches by, what is done to many requests at once, and what the owner
-- writes to a shopper.

-- The beginning of an address, spelt as domain/query writes it.
CREATE INDEX requests_by_address ON requests (site, (lower(address_key COLLATE "C")));
-- All requests of an item, also those that wait no longer; and the items themselves, one look each.
CREATE INDEX requests_by_item ON requests (site, item_key, created_date, id);
-- The lines about the shop.
CREATE INDEX conversations_shop ON conversations (site, id) WHERE contact_id IS NULL;

-- Done by a workflow, page by page: `place` is the cursor of the next one.
CREATE TABLE bulk_actions (
    id uuid PRIMARY KEY,
    site text NOT NULL REFERENCES sites ON DELETE CASCADE,
    action text NOT NULL CHECK (action IN ('mark', 'announce', 'retry', 'delete')),
    -- A filter of domain/query. It may hold an address, so it stays here.
    filter jsonb NOT NULL,
    -- Whether a retry is also of those of which nobody knows whether their mail left.
    with_unknown boolean NOT NULL DEFAULT false,
    place text,
    -- How many there were when it was begun.
    expected integer NOT NULL,
    looked_at integer NOT NULL DEFAULT 0,
    done integer NOT NULL DEFAULT 0,
    workflow_started boolean NOT NULL DEFAULT false,
    created_date timestamptz NOT NULL DEFAULT now(),
    finished_date timestamptz
);
CREATE INDEX bulk_actions_not_started ON bulk_actions (created_date) WHERE NOT workflow_started;

-- Mails from the owner to one shopper. waiting: not begun; claimed: a mail may be under way;
-- deferred: it did not leave and will be tried again; sent, refused, unknown: settled.
CREATE TABLE messages (
    id uuid PRIMARY KEY,
    site text NOT NULL REFERENCES sites ON DELETE CASCADE,
    contact_id uuid NOT NULL REFERENCES contacts ON DELETE CASCADE,
    -- The request that is marked as told once the mail is sent.
    marks_request_id uuid REFERENCES requests ON DELETE SET NULL,
    subject text NOT NULL,
    text text NOT NULL,
    state text NOT NULL DEFAULT 'waiting'
        CHECK (state IN ('waiting', 'claimed', 'deferred', 'sent', 'refused', 'unknown')),
    reply text NOT NULL DEFAULT '',
    message_id text NOT NULL DEFAULT '',
    attempts integer NOT NULL DEFAULT 0,
    workflow_started boolean NOT NULL DEFAULT false,
    created_date timestamptz NOT NULL DEFAULT now(),
    claimed_at timestamptz,
    settled_at timestamptz
);
CREATE INDEX messages_contact ON messages (contact_id);
CREATE INDEX messages_marks ON messages (marks_request_id) WHERE marks_request_id IS NOT NULL;
CREATE INDEX messages_not_started ON messages (created_date) WHERE NOT workflow_started;

-- The line of the inbox that is a message.
ALTER TABLE conversations ADD COLUMN message_id uuid REFERENCES messages ON DELETE CASCADE;
CREATE INDEX conversations_message ON conversations (message_id) WHERE message_id IS NOT NULL;
-- Up to which line the owner has read the thread of a shopper.
ALTER TABLE contacts ADD COLUMN read_line bigint NOT NULL DEFAULT 0;

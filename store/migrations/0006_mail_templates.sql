-- Mails as they went out, and mails as owners write them.

-- Each mail to a shopper that was accepted: its source (RFC 5322), compressed by zlib. Beside the
-- ledger, which is read in many rows at a time and stays narrow.
CREATE TABLE sent_mails (
    request_id uuid NOT NULL REFERENCES requests ON DELETE CASCADE,
    restock_id uuid NOT NULL,
    mail bytea NOT NULL,
    PRIMARY KEY (request_id, restock_id)
);
-- It would be compressed in vain.
ALTER TABLE sent_mails ALTER COLUMN mail SET STORAGE EXTERNAL;

-- What owners wrote in place of the mails that come with Restock: every version, by number. An
-- empty locale is the mail for those of whose language there is none. The mail of a locale is its
-- current version; where none is current, because the last one went back to it, Restock's own.
CREATE TABLE mail_templates (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    site text NOT NULL REFERENCES sites ON DELETE CASCADE,
    kind text NOT NULL,
    locale text NOT NULL,
    version integer NOT NULL,
    subject text NOT NULL,
    text text NOT NULL,
    html text NOT NULL,
    is_current boolean NOT NULL,
    -- What the owner did, where it was more than to write: "Restored version 3".
    note text NOT NULL DEFAULT '',
    saved_by text NOT NULL,
    saved_date timestamptz NOT NULL DEFAULT now(),
    UNIQUE (site, kind, locale, version)
);
-- Looked through for every mail.
CREATE INDEX mail_templates_current ON mail_templates (site, kind) WHERE is_current;

-- What somebody is writing: kept at every pause, so that it survives a closed browser.
CREATE TABLE mail_drafts (
    id uuid PRIMARY KEY,
    site text NOT NULL REFERENCES sites ON DELETE CASCADE,
    kind text NOT NULL,
    locale text NOT NULL,
    author text NOT NULL,
    -- The version it began from.
    based_on integer NOT NULL,
    subject text NOT NULL,
    text text NOT NULL,
    html text NOT NULL,
    -- The request whose data it is shown with; null: with data that is made up.
    request_id uuid REFERENCES requests ON DELETE SET NULL,
    -- Where it goes as a test, while that is on its way.
    test_to text,
    changed_date timestamptz NOT NULL DEFAULT now(),
    UNIQUE (site, kind, locale, author)
);
CREATE INDEX mail_drafts_request ON mail_drafts (request_id) WHERE request_id IS NOT NULL;

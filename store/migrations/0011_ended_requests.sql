-- Requests that their shoppers ended by the link of a mail, so that they can ask again in their
-- old place, for a while. The address is the contact's.
CREATE TABLE ended_requests (
    id uuid PRIMARY KEY,
    site text NOT NULL REFERENCES sites ON DELETE CASCADE,
    contact_id uuid NOT NULL REFERENCES contacts ON DELETE CASCADE,
    -- What was asked for, but for the address.
    wanted jsonb NOT NULL,
    created_date timestamptz NOT NULL,
    ended_date timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX ended_requests_contact ON ended_requests (contact_id, ended_date);
CREATE INDEX ended_requests_ended ON ended_requests (ended_date);

-- Keys that end by themselves.

-- Until when a key lets in; null: until it is revoked.
ALTER TABLE api_keys ADD COLUMN expires_date timestamptz;

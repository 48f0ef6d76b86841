-- Who signs in to the console, and what they changed there.

CREATE TABLE users (
    id uuid PRIMARY KEY,
    name text NOT NULL,
    -- Argon2id, as a PHC string: people choose passwords that can be guessed.
    password text NOT NULL,
    created_date timestamptz NOT NULL DEFAULT now()
);
CREATE UNIQUE INDEX users_name ON users (lower(name));

CREATE TABLE user_sites (
    user_id uuid NOT NULL REFERENCES users ON DELETE CASCADE,
    site text NOT NULL REFERENCES sites ON DELETE CASCADE,
    PRIMARY KEY (user_id, site)
);
CREATE INDEX user_sites_site ON user_sites (site);

-- One browser that is signed in, by a user's password or by an owner key.
CREATE TABLE console_sessions (
    -- SHA-256 of what its cookie holds.
    digest bytea PRIMARY KEY,
    site text NOT NULL REFERENCES sites ON DELETE CASCADE,
    user_id uuid REFERENCES users ON DELETE CASCADE,
    key_id uuid REFERENCES api_keys ON DELETE CASCADE,
    created_date timestamptz NOT NULL DEFAULT now(),
    seen_date timestamptz NOT NULL DEFAULT now(),
    CHECK (num_nonnulls(user_id, key_id) = 1)
);
CREATE INDEX console_sessions_age ON console_sessions (created_date);

-- What was changed, in a sentence without anything personal, and by whom.
CREATE TABLE audit_log (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    site text NOT NULL REFERENCES sites ON DELETE CASCADE,
    at timestamptz NOT NULL DEFAULT now(),
    who text NOT NULL,
    what text NOT NULL
);
CREATE INDEX audit_log_site ON audit_log (site, id);

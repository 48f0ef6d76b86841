-- What erased shoppers leave behind: how many of them a restock told, and of how many it failed.

ALTER TABLE restocks
    ADD COLUMN erased_told integer NOT NULL DEFAULT 0,
    ADD COLUMN erased_failed integer NOT NULL DEFAULT 0;

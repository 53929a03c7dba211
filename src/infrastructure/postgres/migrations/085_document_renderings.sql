create table counterfoil.document_renderings (
  -- An invoice or a credit note, by its id.
  document    text        not null,
  -- Everything that the bytes depend on: the document's revision, its look, the program that drew it.
  edition     text        not null,
  sha256      text        not null,
  bytes       integer     not null,
  rendered_at timestamptz not null,
  primary key (document, edition)
);

comment on table counterfoil.document_renderings is
  'The digest of each edition of an issued document. Written once: a later rendering that differs is not handed out.';

"""Operations and rules about people and their proofs of who they are."""

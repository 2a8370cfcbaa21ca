package dev.igvmtool.attestation.explain;

/**
 * Something that was done in another way than usual.
 *
 * @param what rule, or part of the image
 * @param usual the usual way
 * @param found the way that leads to the digest
 */
public record Difference(String what, String usual, String found) {}

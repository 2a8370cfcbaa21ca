package dev.igvmtool.host.loader;

/**
 * One thing that the host did while loading.
 *
 * @param id {@code H01} to {@code H10} of the boot timeline
 * @param step what is done, always the same text for an id
 * @param detail what came of it
 */
public record HostStep(String id, String step, String detail) {}

package dev.igvmtool.measurement.ovmf;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A CPU model of QEMU.
 *
 * @param name as QEMU's {@code -cpu} takes it
 * @param signature CPUID leaf 1, EAX: what a processor has in RDX after reset
 */
public record CpuType(String name, int signature) {
    /** Every model that SEV runs on. Families and models: QEMU, {@code target/i386/cpu.c}. */
    public static final List<CpuType> ALL = List.of(
            new CpuType("EPYC", signature(23, 1, 2)),
            new CpuType("EPYC-v1", signature(23, 1, 2)),
            new CpuType("EPYC-v2", signature(23, 1, 2)),
            new CpuType("EPYC-v3", signature(23, 1, 2)),
            new CpuType("EPYC-v4", signature(23, 1, 2)),
            new CpuType("EPYC-IBPB", signature(23, 1, 2)),
            new CpuType("EPYC-Rome", signature(23, 49, 0)),
            new CpuType("EPYC-Rome-v1", signature(23, 49, 0)),
            new CpuType("EPYC-Rome-v2", signature(23, 49, 0)),
            new CpuType("EPYC-Rome-v3", signature(23, 49, 0)),
            new CpuType("EPYC-Milan", signature(25, 1, 1)),
            new CpuType("EPYC-Milan-v1", signature(25, 1, 1)),
            new CpuType("EPYC-Milan-v2", signature(25, 1, 1)),
            new CpuType("EPYC-Genoa", signature(25, 17, 0)),
            new CpuType("EPYC-Genoa-v1", signature(25, 17, 0)),
            new CpuType("EPYC-Turin", signature(26, 0, 0)));

    private static final int BASE_FAMILY = 15;

    /** The signature of a processor; family and model with their extensions added. */
    public static int signature(int family, int model, int stepping) {
        int base = Math.min(family, BASE_FAMILY);
        return (family - base) << 20 | (model >> 4) << 16 | base << 8 | (model & 0xf) << 4 | stepping;
    }

    /** The names of all models that share a signature, by signature, in order. */
    public static Map<Integer, String> names() {
        Map<Integer, String> names = new LinkedHashMap<>();
        ALL.forEach(type -> names.merge(type.signature, type.name, (one, other) -> one + ", " + other));
        return names;
    }

    /** The model of that name. */
    public static Optional<CpuType> of(String name) {
        return ALL.stream().filter(it -> it.name.equals(name)).findFirst();
    }
}

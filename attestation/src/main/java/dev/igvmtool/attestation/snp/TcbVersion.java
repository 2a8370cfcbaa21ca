package dev.igvmtool.attestation.snp;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.binary.FormatException;
import java.util.EnumMap;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * {@code TCB_VERSION} by component. Versions are compared component by component, never as one number.
 *
 * @param versions by part, 0 to 255; without the reserved bytes
 */
public record TcbVersion(Map<TcbPart, Integer> versions) {
    public TcbVersion {
        EnumMap<TcbPart, Integer> ordered = new EnumMap<>(TcbPart.class);
        ordered.putAll(versions);
        versions = java.util.Collections.unmodifiableMap(ordered);
    }

    /** Takes the eight bytes of a report apart. */
    public static TcbVersion of(Bytes raw, TcbLayout layout) {
        EnumMap<TcbPart, Integer> versions = new EnumMap<>(TcbPart.class);
        for (int i = 0; i < layout.parts().size(); i++) {
            if (layout.parts().get(i) != TcbPart.RESERVED) {
                versions.put(layout.parts().get(i), raw.u8(i));
            }
        }
        return new TcbVersion(versions);
    }

    /** True if the reserved bytes are zero. */
    static boolean isClean(Bytes raw, TcbLayout layout) {
        for (int i = 0; i < layout.parts().size(); i++) {
            if (layout.parts().get(i) == TcbPart.RESERVED && raw.u8(i) != 0) {
                return false;
            }
        }
        return true;
    }

    /** Version of a part; 0 if the product does not have it. */
    public int version(TcbPart part) {
        return versions.getOrDefault(part, 0);
    }

    /** True if no component is below that of {@code floor}. A part that this does not have counts as 0. */
    public boolean isAtLeast(TcbVersion floor) {
        return floor.versions.entrySet().stream().allMatch(it -> version(it.getKey()) >= it.getValue());
    }

    /**
     * The versions with a floor's names.
     *
     * @throws FormatException if a version is out of range
     */
    public static TcbVersion ofNamed(Map<TcbPart, Integer> versions) {
        versions.forEach((part, version) -> {
            if (part == TcbPart.RESERVED || version < 0 || version > 0xff) {
                throw new FormatException("TCB component " + part.text() + " is " + version + ", expected 0 to 255");
            }
        });
        return new TcbVersion(versions);
    }

    /** {@code boot_loader 2, tee 0, snp 5, microcode 68}. */
    @Override
    public String toString() {
        return versions.entrySet().stream()
                .map(it -> it.getKey().text() + " " + it.getValue())
                .collect(Collectors.joining(", "));
    }
}

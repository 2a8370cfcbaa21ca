package dev.igvmtool.format.wire;

import java.util.Optional;

/** The three parts of the variable header area, in the order in which they stand in the file. */
public enum Section {
    PLATFORM(0x001, 0x100),
    INITIALIZATION(0x101, 0x200),
    DIRECTIVE(0x301, 0x400);

    private final int first;
    private final int last;

    Section(int first, int last) {
        this.first = first;
        this.last = last;
    }

    /** The section of a type, with or without the optional bit; empty for types outside all ranges. */
    public static Optional<Section> of(int type) {
        int number = type & 0x7fff_ffff;
        for (Section section : values()) {
            if (number >= section.first && number <= section.last) {
                return Optional.of(section);
            }
        }
        return Optional.empty();
    }
}

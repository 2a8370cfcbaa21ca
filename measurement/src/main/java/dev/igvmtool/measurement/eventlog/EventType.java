package dev.igvmtool.measurement.eventlog;

import java.util.List;
import java.util.Optional;

/**
 * Event types with what is known of the relation of their data to their digest. Specification: TCG PC Client Platform
 * Firmware Profile, table "Events".
 */
public enum EventType {
    POST_CODE(0x1, Content.ELSEWHERE),
    NO_ACTION(0x3, Content.ELSEWHERE),
    SEPARATOR(0x4, Content.DATA),
    ACTION(0x5, Content.DATA),
    EVENT_TAG(0x6, Content.ELSEWHERE),
    S_CRTM_CONTENTS(0x7, Content.ELSEWHERE),
    S_CRTM_VERSION(0x8, Content.DATA),
    PLATFORM_CONFIG_FLAGS(0xa, Content.ELSEWHERE),
    TABLE_OF_DEVICES(0xb, Content.ELSEWHERE),
    IPL(0xd, Content.TEXT_AFTER_PREFIX),
    EFI_VARIABLE_DRIVER_CONFIG(0x8000_0001, Content.DATA),
    EFI_VARIABLE_BOOT(0x8000_0002, Content.DATA_OR_VARIABLE),
    EFI_BOOT_SERVICES_APPLICATION(0x8000_0003, Content.PE_IMAGE),
    EFI_BOOT_SERVICES_DRIVER(0x8000_0004, Content.PE_IMAGE),
    EFI_RUNTIME_SERVICES_DRIVER(0x8000_0005, Content.PE_IMAGE),
    EFI_GPT_EVENT(0x8000_0006, Content.DATA),
    EFI_ACTION(0x8000_0007, Content.DATA),
    EFI_PLATFORM_FIRMWARE_BLOB(0x8000_0008, Content.ELSEWHERE),
    EFI_HANDOFF_TABLES(0x8000_0009, Content.ELSEWHERE),
    EFI_PLATFORM_FIRMWARE_BLOB2(0x8000_000a, Content.ELSEWHERE),
    EFI_HANDOFF_TABLES2(0x8000_000b, Content.ELSEWHERE),
    EFI_VARIABLE_BOOT2(0x8000_000c, Content.DATA),
    EFI_VARIABLE_AUTHORITY(0x8000_00e0, Content.DATA);

    private final int number;
    private final Content content;

    /** What a digest is the hash of. */
    enum Content {
        /** The data in the log. */
        DATA,
        /** That, or the content of the UEFI variable in it: firmware differs. */
        DATA_OR_VARIABLE,
        /** The text behind {@code prefix: }, without the zero byte, as GRUB has it; or something that is not in the log. */
        TEXT_AFTER_PREFIX,
        /** An executable that is not in the log, by its Authenticode hash. */
        PE_IMAGE,
        /** Something that is not in the log. */
        ELSEWHERE
    }

    EventType(int number, Content content) {
        this.number = number;
        this.content = content;
    }

    Content content() {
        return content;
    }

    /** The type of that number. */
    public static Optional<EventType> of(long number) {
        return List.of(values()).stream()
                .filter(it -> it.number == (int) number)
                .findFirst();
    }

    /** Name or number. */
    public static String text(long number) {
        return of(number).map(EventType::name).orElseGet(() -> String.format("0x%x", number));
    }
}

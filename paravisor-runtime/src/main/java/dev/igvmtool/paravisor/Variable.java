package dev.igvmtool.paravisor;

/**
 * Variables of the program: 64 bits each, from the start of its data, in this order. Those of a thread are at the same
 * places of the thread's own area.
 */
enum Variable {
    /** Stack pointer at the entry: argument count, arguments, environment. */
    INITIAL_STACK,
    /** Descriptor of the kernel log, -1 without one. */
    LOG_FILE,
    /** Descriptor of the file that is being read. */
    FILE,
    /** Bytes of the device tree blob. */
    FDT_SIZE,
    PROCESS_ID,
    MEMORY_FILE,
    /** VPs of the device tree. */
    VP_COUNT,
    /** Position in the list that a loop walks. */
    INDEX,
    /** Position inside the list element. */
    POSITION,
    /** Bytes of the SLIT copy, 0 without one. */
    SLIT_SIZE,
    /** Bytes of the PPTT copy, 0 without one. */
    PPTT_SIZE,
    /** Position of the virtual top of memory bit, 0 if there is none. */
    VTOM_BIT,
    /** End of the range whose pages are taken one by one, because large ones do not fit. */
    SMALL_PAGES_END,
    /** Position in the text of the boot log. */
    BOOT_LOG_POSITION,
    /** Sidecar nodes that were opened. */
    SIDECAR_NODES,
    /** Descriptor of the host channel, -1 without one. */
    GET_FILE,
    /** Bytes of the saved state in {@link StateBuffer}. */
    SAVED_SIZE,
    /** 1 if this instance goes on with the state of an earlier one. */
    RESTORED,
    /** 1 once the host has asked for the state. */
    SAVE_REQUESTED,
    /** 1 once VPs are to leave VTL0 for good. */
    STOPPING,
    /** VP threads that have done so. */
    PARKED,
    /** VP threads that have done so before they were told, for their VPs cannot go on. */
    BROKEN,
    VTL_FILE,
    HYPERCALL_FILE,
    VTL0_MEMORY_FILE,
    PORT_FILE,
    /** Value read from the register of the same name. */
    VSM_CAPABILITIES,
    /** Value written to the register of the same name. */
    VSM_PARTITION_CONFIG,
    /** Bytes of the online list. */
    ONLINE_SIZE,
    /** VP that the thread runs; of the host thread, the VP whose exit it completes. */
    VP(true),
    /** Address of the run page of the VP; 0 in the host thread. */
    RUN_PAGE(true),
    /** Area of the thread that has made this one, 0 for the first thread. */
    MAKER(true),
    /** 1 if the VP has been in the sidecar, and left its registers there. */
    FROM_SIDECAR(true),
    /** Address of the page that the processor of the VP needs to run VTL0: save area or APIC page. */
    LOWER_PAGE(true),
    /** Exit being completed: where VTL0 goes on, with {@link #EXIT_HAS_RIP}. */
    EXIT_RIP(true),
    EXIT_HAS_RIP(true),
    /** Exit being completed: byte for COM1 of the host, -1 for none. */
    EXIT_COM1(true),
    /** Exit being completed: 1 if the VP waits for an interrupt. */
    EXIT_HALTS(true),
    /** Exit being completed: 1 if the VP stops. */
    EXIT_STOPS(true),
    /** Bytes of the fatal message. */
    FATAL_SIZE(true);

    private final boolean ofThread;

    Variable() {
        this(false);
    }

    Variable(boolean ofThread) {
        this.ofThread = ofThread;
    }

    /** True if each thread has its own. */
    boolean ofThread() {
        return ofThread;
    }
}

package dev.igvmtool.machine.vp;

/**
 * An interrupt on its way to local APICs (SDM volume 3, 11.6).
 *
 * @param type delivery mode
 * @param vector of types that have one, 0 to 255
 * @param destination an APIC id, or a logical destination of x2APIC mode; all ones means everybody
 * @param logical how to read the destination
 * @param level level triggered: its end is told to whoever has asked for it
 */
public record InterruptMessage(int type, int vector, int destination, boolean logical, boolean level) {
    public static final int FIXED = 0;
    public static final int LOWEST_PRIORITY = 1;
    public static final int NMI = 4;
    public static final int INIT = 5;
    public static final int STARTUP = 6;

    /** A destination that is everybody's. */
    public static final int BROADCAST = -1;

    /** True if APICs of this machine can take messages of the type. */
    public static boolean isDeliverable(int type) {
        return type == FIXED || type == LOWEST_PRIORITY || type == NMI || type == INIT || type == STARTUP;
    }

    /** True if the vector is one of the interrupt descriptor table. */
    public static boolean hasVector(int type) {
        return type == FIXED || type == LOWEST_PRIORITY;
    }

    /** True if the message is for the APIC with an id, not looking at who is there. */
    boolean isFor(int apicId) {
        if (destination == BROADCAST) {
            return true;
        }
        return logical
                ? apicId >>> 4 == destination >>> 16 && (destination & 1 << (apicId & 15)) != 0
                : apicId == destination;
    }
}

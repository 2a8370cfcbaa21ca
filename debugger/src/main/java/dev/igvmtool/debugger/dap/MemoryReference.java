package dev.igvmtool.debugger.dap;

import dev.igvmtool.abi.binary.IgvmToolException;
import dev.igvmtool.debugger.AddressSpace;
import dev.igvmtool.debugger.Condition.Place;
import dev.igvmtool.machine.Machine;
import java.util.OptionalInt;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * An address as clients hand it back: {@code gpa:0x84c2000} is physical, {@code vp3:0x8431000} is virtual for a VP, and one
 * without a prefix is virtual for the VP that stopped last.
 *
 * @param vp for which it is virtual; empty for a physical one
 */
record MemoryReference(OptionalInt vp, long address) {
    private static final Pattern FORM = Pattern.compile("(gpa:|vp(\\d{1,6}):)?(0x[0-9a-fA-F]{1,16}|\\d{1,19})");

    static String of(Place place) {
        return String.format("gpa:0x%x", place.gpa().orElseThrow());
    }

    /** @param stopped the VP that stopped last */
    static String virtual(int vp, int stopped, long gva) {
        return vp == stopped ? String.format("0x%x", gva) : String.format("vp%d:0x%x", vp, gva);
    }

    static MemoryReference parse(String text, Machine machine, int stopped) {
        Matcher matcher = FORM.matcher(text);
        if (!matcher.matches()) {
            throw new IgvmToolException("'" + text + "' is not an address");
        }
        String number = matcher.group(3);
        long address = number.startsWith("0x")
                ? Long.parseUnsignedLong(number.substring(2), 16)
                : Long.parseUnsignedLong(number);
        if (matcher.group(1) == null) {
            return new MemoryReference(OptionalInt.of(stopped), address);
        }
        if (matcher.group(2) == null) {
            return new MemoryReference(OptionalInt.empty(), address);
        }
        int vp = Integer.parseInt(matcher.group(2));
        if (vp >= machine.partition().vpCount()) {
            throw new IgvmToolException("no VP " + vp);
        }
        return new MemoryReference(OptionalInt.of(vp), address);
    }

    MemoryReference plus(long offset) {
        return new MemoryReference(vp, address + offset);
    }

    /** The physical address of a byte in RAM, -1 if there is none. */
    long gpa(Machine machine) {
        long gpa = vp.isPresent()
                ? AddressSpace.of(machine.vp(vp.getAsInt())).translate(address).orElse(-1)
                : address;
        return gpa >= 0 && machine.physicalMemory().isRam(gpa) ? gpa : -1;
    }

    /** As a client may hand it back. */
    String text(int stopped) {
        return vp.isPresent() ? virtual(vp.getAsInt(), stopped, address) : String.format("gpa:0x%x", address);
    }
}

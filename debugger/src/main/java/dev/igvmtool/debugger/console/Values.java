package dev.igvmtool.debugger.console;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.binary.GpaRange;
import dev.igvmtool.debugger.AddressSpace;
import dev.igvmtool.debugger.Condition.Place;
import dev.igvmtool.debugger.view.RegisterFile;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Numbers, addresses and places as users write them. A number is decimal, or hexadecimal after {@code 0x}; {@code $rsi}
 * is a register of the selected VP; parts are added by {@code +}. A place is a structure or a field of one, or an address:
 * physical, or virtual after {@code gva:}.
 */
final class Values {
    private static final String PHYSICAL = "gpa:";
    private static final String VIRTUAL = "gva:";

    private final Session session;

    Values(Session session) {
        this.session = session;
    }

    /** A number, unsigned, of 64 bits. */
    long number(String text) {
        long sum = 0;
        for (String part : text.split("\\+", -1)) {
            sum += term(part, text);
        }
        return sum;
    }

    private long term(String part, String whole) {
        if (part.startsWith("$")) {
            RegisterFile.Register register = register(part.substring(1));
            return register.value(session.vp(), session.vp().vtl()).low();
        }
        try {
            return part.startsWith("0x") ? Long.parseUnsignedLong(part.substring(2), 16) : Long.parseUnsignedLong(part);
        } catch (NumberFormatException e) {
            throw new CommandException("'" + whole + "' is not a number; 0x1000, 4096, $rsi and $rsi+0x10 are");
        }
    }

    static RegisterFile.Register register(String name) {
        return RegisterFile.find(name)
                .orElseThrow(() -> new CommandException("no register '" + name + "'; see: registers all"));
    }

    static boolean looksLikeNumber(String text) {
        return !text.isEmpty() && (Character.isDigit(text.charAt(0)) || text.charAt(0) == '$');
    }

    /** A number of things, at least 1. */
    long count(String text) {
        long count = number(text);
        if (count < 1) {
            throw new CommandException("'" + text + "' is not a count");
        }
        return count;
    }

    int vp(String text) {
        long index = number(text);
        int count = session.debugger().machine().partition().vpCount();
        if (index < 0 || index >= count) {
            throw new CommandException("no VP " + text + ", the machine has " + count);
        }
        return (int) index;
    }

    /**
     * A place with the length that follows it, if one does.
     *
     * @param defaultLength of an address without a length
     */
    Place place(Words words, long defaultLength) {
        String text = words.take("a structure, a field or an address");
        Place place = place(text, defaultLength);
        if (words.peek().filter(Values::looksLikeNumber).isPresent()) {
            long length = count(words.take("a length"));
            Place longer = new Place(place.gpa(), place.gva(), length, Optional.empty());
            return place.name().map(longer::named).orElse(longer);
        }
        return place;
    }

    /** A place without a length behind it. */
    Place place(String text, long length) {
        if (text.startsWith(VIRTUAL)) {
            return Place.virtual(number(text.substring(VIRTUAL.length())), length);
        }
        if (text.startsWith(PHYSICAL)) {
            return Place.physical(number(text.substring(PHYSICAL.length())), length);
        }
        return looksLikeNumber(text)
                ? Place.physical(number(text), length)
                : session.structures().place(text);
    }

    /** The physical address of a place at the present moment. */
    long gpa(Place place) {
        if (place.gpa().isPresent()) {
            return place.gpa().getAsLong();
        }
        OptionalLong gpa = AddressSpace.of(session.vp()).translate(place.gva().orElseThrow());
        return gpa.orElseThrow(() -> new CommandException(String.format(
                "GVA 0x%x is not mapped for VP %d in VTL %d",
                place.gva().orElseThrow(), session.vp().index(), session.vp().vtl())));
    }

    /** The physical bytes of a place at the present moment. */
    GpaRange range(Place place) {
        long gpa = gpa(place);
        if (gpa < 0 || gpa + place.length() < gpa) {
            throw new CommandException(
                    String.format("0x%x bytes at 0x%x reach past the last address", place.length(), gpa));
        }
        return GpaRange.ofSize(gpa, place.length());
    }

    /** Bytes as pairs of hexadecimal digits, or text in the UTF-8 encoding after {@code text:}. */
    static Bytes bytes(String text) {
        if (text.startsWith("text:")) {
            return Bytes.utf8(text.substring("text:".length()));
        }
        try {
            String digits = text.startsWith("0x") ? text.substring(2) : text;
            return Bytes.wrap(HexFormat.of().parseHex(digits.toLowerCase(Locale.ROOT)));
        } catch (IllegalArgumentException e) {
            throw new CommandException("'" + text + "' is not pairs of hexadecimal digits");
        }
    }
}

package dev.igvmtool.debugger.console;

import dev.igvmtool.abi.hv.HypercallCode;
import dev.igvmtool.debugger.Condition;
import dev.igvmtool.debugger.Condition.Access;
import dev.igvmtool.machine.event.MachineEvent;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.OptionalInt;
import java.util.regex.Pattern;

/** Conditions as users write them. */
final class Conditions {
    /** Lines of help. */
    static final List<String> HELP = List.of(
            "A condition is one of:",
            "  S38                       an event of the boot's timeline has happened",
            "  boot-shim/check-initrd    a step of a stage is next; 'vp N' may follow",
            "  stage kernel-stub         a VP is about to enter a stage",
            "  0x8431000, gva:0x8431000  a VP is about to run what stands at a virtual address; 'vp N' may follow",
            "  vp 3                      a VP is about to take a turn",
            "  write PLACE [LENGTH]      somebody writes there; also 'read', 'access'",
            "  hypercall [NAME or CODE]  a hypercall is made",
            "  msr [read|write] N[-M]    an MSR is accessed",
            "  port [in|out] N[-M]       a port is accessed",
            "  log TEXT                  a line with this text appears in a log",
            "  event KIND                the machine reports an event: Fault, Intercept, VtlSwitch, ...",
            "A place is a structure (boot-params), a field (boot-params.ramdisk_image), a property of a device tree",
            "(kernel-tree/chosen:bootargs), a physical address (0x84c2000, $rsi) or a virtual one (gva:0x84c2000).");

    /** First words of conditions. */
    static final List<String> KEYWORDS =
            List.of("stage", "vp", "write", "read", "access", "hypercall", "msr", "port", "log", "event");

    private static final Pattern TIMELINE_ID = Pattern.compile("[A-Z][0-9]{2,3}[a-z]?");
    private static final long DEFAULT_LENGTH = 8;
    private static final int MAX_PORT = 0xffff;

    private final Session session;
    private final Values values;

    Conditions(Session session) {
        this.session = session;
        this.values = new Values(session);
    }

    /** The condition that the words say; all of them. */
    Condition take(Words words) {
        String first = words.take("a condition; see: help conditions");
        Condition condition = take(first, words);
        words.end();
        return condition;
    }

    private Condition take(String first, Words words) {
        switch (first) {
            case "stage" -> {
                return new Condition.EntersStage(stage(words.take("the name of a stage")));
            }
            case "vp" -> {
                return new Condition.TurnOf(values.vp(words.take("the index of a VP")));
            }
            case "write" -> {
                return new Condition.OnMemory(values.place(words, DEFAULT_LENGTH), Access.WRITE);
            }
            case "read" -> {
                return new Condition.OnMemory(values.place(words, DEFAULT_LENGTH), Access.READ);
            }
            case "access" -> {
                return new Condition.OnMemory(values.place(words, DEFAULT_LENGTH), Access.ANY);
            }
            case "hypercall" -> {
                return new Condition.OnHypercall(
                        words.hasNext() ? OptionalInt.of(hypercall(words.take("a call"))) : OptionalInt.empty());
            }
            case "msr" -> {
                Access access = access(words, "read", "write");
                long[] range = range(words.take("the number of an MSR"));
                return new Condition.OnMsr(range[0], range[1], access);
            }
            case "port" -> {
                Access access = access(words, "in", "out");
                long[] range = range(words.take("the number of a port"));
                if (range[1] > MAX_PORT) {
                    throw new CommandException("port numbers end at 0xffff");
                }
                return new Condition.OnPort((int) range[0], (int) range[1], access);
            }
            case "log" -> {
                String text = words.rest();
                if (text.isEmpty()) {
                    throw new CommandException("expected a text");
                }
                return new Condition.OnLogLine(text);
            }
            case "event" -> {
                return new Condition.OnEvent(eventKind(words.take("a kind of event")));
            }
            default -> {
                return place(first, words);
            }
        }
    }

    private Condition place(String first, Words words) {
        if (TIMELINE_ID.matcher(first).matches()) {
            return new Condition.OnTimeline(first);
        }
        int slash = first.indexOf('/');
        if (slash > 0) {
            String stage = stage(first.substring(0, slash));
            String step = first.substring(slash + 1);
            if (!new Stages(session.debugger().machine()).steps(stage).contains(step)) {
                throw new CommandException("stage " + stage + " has no step " + step + "; see: stages " + stage);
            }
            return new Condition.AtStep(stage, step, vp(words));
        }
        String address = first.startsWith("gva:") ? first.substring("gva:".length()) : first;
        if (Values.looksLikeNumber(address)) {
            return new Condition.AtAddress(values.number(address), vp(words));
        }
        throw new CommandException("'" + first + "' is not a condition; see: help conditions");
    }

    private OptionalInt vp(Words words) {
        return words.takeIf("vp").isPresent()
                ? OptionalInt.of(values.vp(words.take("the index of a VP")))
                : OptionalInt.empty();
    }

    private String stage(String name) {
        List<String> names = new Stages(session.debugger().machine()).names();
        if (!names.contains(name)) {
            throw new CommandException("no stage '" + name + "', expected one of " + String.join(", ", names));
        }
        return name;
    }

    private static Access access(Words words, String reads, String writes) {
        return words.takeIf(reads, writes)
                .map(word -> word.equals(reads) ? Access.READ : Access.WRITE)
                .orElse(Access.ANY);
    }

    private long[] range(String text) {
        int dash = text.indexOf('-');
        long first = values.number(dash < 0 ? text : text.substring(0, dash));
        long last = dash < 0 ? first : values.number(text.substring(dash + 1));
        if (first < 0 || last < first || last > 0xffff_ffffL) {
            throw new CommandException("'" + text + "' is not a number of 32 bits or a range of them");
        }
        return new long[] {first, last};
    }

    private int hypercall(String text) {
        if (Values.looksLikeNumber(text)) {
            return (int) values.number(text);
        }
        return Arrays.stream(HypercallCode.values())
                .filter(code -> code.callName().equalsIgnoreCase(text))
                .findFirst()
                .orElseThrow(() -> new CommandException("no hypercall '" + text + "', expected a name such as "
                        + HypercallCode.GET_VP_REGISTERS.callName() + " or a code"))
                .code();
    }

    /** Names of the records of {@link MachineEvent}. */
    static List<String> eventKinds() {
        return Arrays.stream(MachineEvent.class.getPermittedSubclasses())
                .map(Class::getSimpleName)
                .toList();
    }

    private static String eventKind(String name) {
        return eventKinds().stream()
                .filter(kind -> kind.equalsIgnoreCase(name))
                .findFirst()
                .orElseThrow(() -> new CommandException(
                        "no event '" + name + "', expected one of " + String.join(", ", eventKinds())));
    }

    /** A condition in words that would be understood again. */
    static String text(Condition condition) {
        if (condition instanceof Condition.AtAddress at) {
            return String.format("0x%x", at.gva()) + vp(at.vp());
        }
        if (condition instanceof Condition.AtStep at) {
            return at.program() + "/" + at.step() + vp(at.vp());
        }
        if (condition instanceof Condition.EntersStage stage) {
            return "stage " + stage.program();
        }
        if (condition instanceof Condition.TurnOf turn) {
            return "vp " + turn.vp();
        }
        if (condition instanceof Condition.OnTimeline timeline) {
            return timeline.id();
        }
        if (condition instanceof Condition.OnHypercall call) {
            return "hypercall"
                    + (call.code().isPresent()
                            ? " " + HypercallCode.nameOf(call.code().getAsInt())
                            : "");
        }
        if (condition instanceof Condition.OnMsr msr) {
            return "msr " + access(msr.access(), "read ", "write ") + range(msr.first(), msr.last());
        }
        if (condition instanceof Condition.OnPort port) {
            return "port " + access(port.access(), "in ", "out ") + range(port.first(), port.last());
        }
        if (condition instanceof Condition.OnLogLine line) {
            return "log \"" + line.text() + "\"";
        }
        if (condition instanceof Condition.OnEvent event) {
            return "event " + event.kind();
        }
        Condition.OnMemory memory = (Condition.OnMemory) condition;
        String kind = memory.access() == Access.ANY
                ? "access"
                : memory.access().name().toLowerCase(Locale.ROOT);
        return kind + " " + text(memory.place());
    }

    private static String text(Condition.Place place) {
        String address = place.gpa().isPresent()
                ? String.format("0x%x", place.gpa().getAsLong())
                : String.format("gva:0x%x", place.gva().orElseThrow());
        return place.name().orElse(address) + " " + place.length();
    }

    private static String vp(OptionalInt vp) {
        return vp.isPresent() ? " vp " + vp.getAsInt() : "";
    }

    private static String access(Access access, String reads, String writes) {
        return switch (access) {
            case READ -> reads;
            case WRITE -> writes;
            case ANY -> "";
        };
    }

    private static String range(long first, long last) {
        return first == last ? String.format("0x%x", first) : String.format("0x%x-0x%x", first, last);
    }
}

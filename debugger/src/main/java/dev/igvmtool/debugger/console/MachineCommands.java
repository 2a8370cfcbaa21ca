package dev.igvmtool.debugger.console;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.hv.RegisterValue;
import dev.igvmtool.debugger.AddressSpace;
import dev.igvmtool.debugger.Input;
import dev.igvmtool.debugger.Moment;
import dev.igvmtool.debugger.console.Command.Argument;
import dev.igvmtool.debugger.view.RegisterFile;
import dev.igvmtool.debugger.view.RegisterFile.Group;
import dev.igvmtool.machine.Programs;
import dev.igvmtool.machine.guest.Slot;
import dev.igvmtool.machine.guest.Step;
import dev.igvmtool.machine.vp.Vp;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Processors, their registers, and the programs that run on them. */
final class MachineCommands {
    private static final int SLOTS_SHOWN = 8;

    private MachineCommands() {}

    static List<Command> all() {
        return List.of(
                Command.named("vps").does("list the VPs").as((session, words) -> {
                    words.end();
                    session.debugger().machine().partition().vps().forEach(vp -> vp(session, vp));
                }),
                Command.named("vp")
                        .takes("N")
                        .does("select the VP that other commands speak of")
                        .details("Each run selects the VP whose turn is next.")
                        .examples("vp 3")
                        .as((session, words) -> {
                            session.select((int) new Values(session).number(words.take("the index of a VP")));
                            words.end();
                            vp(session, session.vp());
                        }),
                Command.named("registers", "reg")
                        .takes(
                                "[NAME | general | control | segments | system | hypervisor | all] [vtl N]",
                                Argument.REGISTER)
                        .does("show registers of the selected VP")
                        .examples("registers", "registers all", "registers rsi", "registers control vtl 0")
                        .as(MachineCommands::registers),
                Command.named("set")
                        .takes("REGISTER VALUE", Argument.REGISTER)
                        .does("set a register of the selected VP; what was known of the future is forgotten")
                        .examples("set rax 0x10")
                        .as(MachineCommands::set),
                Command.named("stages")
                        .takes("[STAGE]", Argument.STAGE)
                        .does("list the stages, or the steps of one")
                        .examples("stages", "stages boot-shim")
                        .as(MachineCommands::stages),
                Command.named("disassemble", "u")
                        .takes("[GVA] [N]")
                        .does("show the code at an address, that of the selected VP if none is given")
                        .examples("disassemble", "disassemble 0x8431000 20")
                        .as(MachineCommands::disassemble),
                Command.named("send")
                        .takes("PORT TEXT")
                        .does("send text to a serial port of the guest; \\n ends a line")
                        .examples("send 0x3f8 hello\\n")
                        .as((session, words) -> {
                            int port = (int)
                                    new Values(session).number(words.take("the first port of a serial interface"));
                            String text = words.rest().replace("\\n", "\n");
                            session.debugger().apply(new Input.SerialInput(port, Bytes.utf8(text)));
                        }));
    }

    private static void vp(Session session, Vp vp) {
        String step = Moment.stepAt(vp).map(Moment.ProgramStep::toString).orElse("machine code");
        String reason = vp.stopReason().isEmpty() ? "" : ": " + Escape.line(vp.stopReason());
        session.printf(
                "%s vp%-3d VTL%d %-18s 0x%x  %s%s",
                vp.index() == session.vp().index() ? "*" : " ",
                vp.index(),
                vp.vtl(),
                vp.runState().name().toLowerCase(Locale.ROOT).replace('_', '-'),
                vp.state().active().rip,
                session.style().place(step),
                reason);
    }

    private static void registers(Session session, Words words) {
        String what = words.peek().filter(word -> !word.equals("vtl")).isPresent() ? words.take("a name") : "general";
        int vtl = words.takeIf("vtl").isPresent()
                ? (int) new Values(session).number(words.take("the number of a VTL"))
                : session.vp().vtl();
        words.end();
        Vp vp = session.vp();
        if (vtl < 0 || !vp.state().hasVtl(vtl)) {
            throw new CommandException("VP " + vp.index() + " has no VTL " + vtl);
        }
        Optional<Group> group = group(what);
        if (group.isEmpty() && !what.equals("all")) {
            RegisterFile.Register register = Values.register(what);
            session.printf("%-16s %s", register.name(), register.text(vp, vtl));
            return;
        }
        session.printf("vp%d VTL%d", vp.index(), vtl);
        for (RegisterFile.Register register : RegisterFile.all()) {
            if (group.isEmpty() || register.group() == group.get()) {
                session.printf("  %-16s %s", register.name(), register.text(vp, vtl));
            }
        }
    }

    private static Optional<Group> group(String name) {
        for (Group group : Group.values()) {
            if (group.name().toLowerCase(Locale.ROOT).equals(name)) {
                return Optional.of(group);
            }
        }
        return Optional.empty();
    }

    private static void set(Session session, Words words) {
        RegisterFile.Register register = Values.register(words.take("a register"));
        long value = new Values(session).number(words.take("a value"));
        words.end();
        if (register.wide()) {
            throw new CommandException(register.name() + " is more than a number and cannot be set here");
        }
        Vp vp = session.vp();
        session.debugger()
                .apply(new Input.RegisterWrite(vp.index(), vp.vtl(), register.hvName(), RegisterValue.of(value)));
        session.printf(
                "%-16s %s",
                register.name(), register.text(session.vp(), session.vp().vtl()));
    }

    private static void stages(Session session, Words words) {
        Stages stages = new Stages(session.debugger().machine());
        if (!words.hasNext()) {
            stages.all()
                    .forEach(entry -> session.printf(
                            "%-20s %d steps",
                            entry.program().name(), entry.steps().size()));
            return;
        }
        String name = words.take("a stage");
        words.end();
        for (Programs.Entry entry : stages.all()) {
            if (entry.program().name().equals(name)) {
                for (Step step : entry.steps()) {
                    session.printf("%-5s %s/%s", step.event().orElse(""), name, step.name());
                }
                return;
            }
        }
        throw new CommandException("no stage '" + name + "', expected one of " + String.join(", ", stages.names()));
    }

    private static void disassemble(Session session, Words words) {
        Values values = new Values(session);
        long gva = words.hasNext()
                ? values.number(words.take("an address"))
                : session.vp().state().active().rip;
        long count = words.hasNext() ? values.count(words.take("a number of slots")) : SLOTS_SHOWN;
        words.end();
        AddressSpace space = AddressSpace.of(session.vp());
        for (int i = 0; i < count; i++) {
            long at = gva + (long) i * Slot.SIZE;
            Bytes content = space.read(at, Slot.SIZE);
            session.printf("  0x%08x  %-34s %s", at, content.toHex(), code(session, content));
        }
    }

    private static String code(Session session, Bytes content) {
        return Slot.decode(content)
                .flatMap(slot -> session.debugger()
                        .machine()
                        .partition()
                        .programs()
                        .find(slot.program())
                        .filter(entry -> slot.step() < entry.steps().size())
                        .map(entry -> {
                            Step step = entry.steps().get(slot.step());
                            return "step " + entry.program().name() + "/" + step.name()
                                    + step.event().map(id -> " (" + id + ")").orElse("");
                        }))
                .orElse("");
    }
}

package dev.igvmtool.debugger.view;

import dev.igvmtool.abi.binary.GpaRange;
import dev.igvmtool.debugger.Debugger;
import dev.igvmtool.debugger.Moment;
import dev.igvmtool.debugger.Writer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Who put bytes where they are: a step of a stage, the hypervisor, somebody outside, or the image.
 *
 * @param range of the bytes
 * @param writer who wrote them last
 * @param origin where they come from, if nobody wrote them since they were loaded
 */
public record Provenance(GpaRange range, Writer writer, Optional<Origins.Origin> origin) {
    /** The provenance of all bytes of a range at the present moment, in pieces. */
    public static List<Provenance> of(Debugger debugger, Origins origins, GpaRange range) {
        List<Provenance> pieces = new ArrayList<>();
        for (Writer writer : debugger.whoWrote(range)) {
            if (writer.kind() != Writer.Kind.LOAD) {
                pieces.add(new Provenance(writer.range(), writer, Optional.empty()));
                continue;
            }
            for (long at = writer.range().start(); at < writer.range().end(); ) {
                Optional<Origins.Origin> origin = origins.at(at);
                long end = Math.min(
                        writer.range().end(), origin.map(Origins.Origin::end).orElse((at | 0xfff) + 1));
                add(pieces, new Provenance(new GpaRange(at, end), writer, origin));
                at = end;
            }
        }
        return pieces;
    }

    /** Adds a piece, or lengthens the last one if it comes from the same place. */
    private static void add(List<Provenance> pieces, Provenance piece) {
        int last = pieces.size() - 1;
        if (last >= 0
                && pieces.get(last).range.end() == piece.range.start()
                && pieces.get(last).writer.kind() == Writer.Kind.LOAD
                && pieces.get(last).origin.equals(piece.origin)) {
            GpaRange both = new GpaRange(pieces.get(last).range.start(), piece.range.end());
            pieces.set(last, new Provenance(both, piece.writer, piece.origin));
        } else {
            pieces.add(piece);
        }
    }

    /** One line. */
    @Override
    public String toString() {
        String who =
                switch (writer.kind()) {
                    case PROGRAM -> turn() + ", " + step() + by();
                    case HYPERVISOR -> turn() + ", the hypervisor during " + step() + by();
                    case INPUT -> "turn " + writer.turn() + ", from outside";
                    case LOAD -> origin.map(it -> "loaded: " + it).orElse("not written since the start");
                };
        return range + ": " + who;
    }

    private String turn() {
        return "turn " + writer.turn();
    }

    private String step() {
        return writer.step().map(Moment.ProgramStep::toString).orElse("machine code");
    }

    private String by() {
        String where = writer.gva().isPresent()
                ? String.format(" at GVA 0x%x", writer.gva().getAsLong())
                : "";
        return " on VP " + writer.vp() + " in VTL " + writer.vtl() + where;
    }
}

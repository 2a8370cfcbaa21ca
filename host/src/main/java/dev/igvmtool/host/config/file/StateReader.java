package dev.igvmtool.host.config.file;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.binary.GpaRange;
import dev.igvmtool.abi.shim.MemoryVtlType;
import dev.igvmtool.abi.shim.SavedState;
import dev.igvmtool.document.DocumentException;
import dev.igvmtool.document.Fields;
import dev.igvmtool.document.Node;
import dev.igvmtool.document.Place;
import dev.igvmtool.host.config.PersistedState;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Reads what an earlier VTL2 left: from files that are named, from files that stand beside the configuration, or from the
 * content of the message itself.
 */
final class StateReader {
    private static final String USUAL_HEADER = "persisted-header.bin";
    private static final String USUAL_PAYLOAD = "persisted-payload.bin";
    private static final int U16 = 0xffff;
    private static final long U32 = 0xffff_ffffL;

    private final NamedFiles files;

    StateReader(NamedFiles files) {
        this.files = files;
    }

    PersistedState read(Node node) {
        Fields fields = Fields.withNulls(node, Shapes.PERSISTED_STATE);
        boolean named = fields.has("header") || fields.has("payload");
        boolean beside = files.has(USUAL_HEADER) && files.has(USUAL_PAYLOAD);
        if (fields.has("memory") && !named && !beside) {
            return ofContent(fields);
        }
        return new PersistedState(file(fields, "header", USUAL_HEADER), file(fields, "payload", USUAL_PAYLOAD));
    }

    private Bytes file(Fields fields, String field, String usualName) {
        return fields.optional(field)
                .map(name -> files.read(name, field))
                .orElseGet(() -> files.read(usualName, fields.place()));
    }

    private static PersistedState ofContent(Fields fields) {
        List<SavedState.Memory> memory = new ArrayList<>();
        for (Node element : Ranges.elements(fields.required("memory"), "memory")) {
            Fields piece = Fields.withNulls(element, Shapes.SAVED_MEMORY);
            memory.add(new SavedState.Memory(Ranges.range(piece), number(piece, "node", U32), type(piece), (int)
                    number(piece, "igvm_type", U16)));
        }
        List<SavedState.Mmio> mmio = new ArrayList<>();
        for (Node element : list(fields, "mmio")) {
            Fields piece = Fields.withNulls(element, Shapes.SAVED_MMIO);
            mmio.add(new SavedState.Mmio(Ranges.range(piece), type(piece)));
        }
        SavedState state =
                new SavedState(memory, mmio, cpus(fields, "cpus_mapped_no_io"), cpus(fields, "cpus_outstanding_io"));
        return PersistedState.of(state, payloadRegion(memory, fields.place()));
    }

    /** Where the state says that it stands. */
    private static GpaRange payloadRegion(List<SavedState.Memory> memory, Place place) {
        Optional<GpaRange> region = memory.stream()
                .filter(piece -> piece.type() == MemoryVtlType.VTL2_PERSISTED_STATE_PROTOBUF)
                .map(SavedState.Memory::range)
                .findFirst();
        return region.orElseThrow(() -> DocumentException.at(
                place, "'persisted_state' has no memory of type 12, in which the state itself would stand"));
    }

    private static MemoryVtlType type(Fields fields) {
        int value = (int) number(fields, "vtl_type", U16);
        return MemoryVtlType.of(value)
                .orElseThrow(() -> fields.at("vtl_type", "'vtl_type' is " + value + ", expected 0 to 12"));
    }

    private static long number(Fields fields, String field, long max) {
        return fields.optional(field)
                .map(node -> Fields.number(node, field, max))
                .orElse(0L);
    }

    private static List<Long> cpus(Fields fields, String field) {
        return list(fields, field).stream()
                .map(node -> Fields.number(node, field, U32))
                .toList();
    }

    private static List<Node> list(Fields fields, String field) {
        return fields.optional(field).map(node -> Ranges.elements(node, field)).orElse(List.of());
    }
}

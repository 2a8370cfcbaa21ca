package dev.igvmtool.machine.synic;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.hv.HvMessage;
import dev.igvmtool.abi.hv.HvStatus;
import dev.igvmtool.machine.partition.Partition;
import dev.igvmtool.machine.vp.Vp;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** The connections of a partition: ids by which its programs post messages and signal events, and the ports behind. */
public final class Connections {
    private final Partition partition;
    private Map<Integer, Port> byId = Map.of();

    /** Connections at one moment, with the states of the host's ports. */
    public record State(Map<Integer, Port> byId, List<Record> hostPorts) {}

    public Connections(Partition partition) {
        this.partition = partition;
    }

    /** Puts a port behind a connection id, in place of another one. */
    public void connect(int id, Port port) {
        Map<Integer, Port> changed = new TreeMap<>(byId);
        changed.put(id, port);
        byId = changed;
    }

    /** Takes a connection away, if there is one. */
    public void disconnect(int id) {
        Map<Integer, Port> changed = new TreeMap<>(byId);
        changed.remove(id);
        byId = changed;
    }

    /** True if there is a connection with that id. */
    public boolean isKnown(int id) {
        return byId.containsKey(id);
    }

    /**
     * Posts a message.
     *
     * @return a status of {@link HvStatus}
     */
    public int post(int id, int messageType, Bytes payload) {
        Port port = byId.get(id);
        if (port instanceof HostPort host) {
            return host.post(messageType, payload);
        }
        if (!(port instanceof MessagePort target)) {
            return HvStatus.INVALID_CONNECTION_ID;
        }
        Vp vp = partition.vp(target.vp());
        return vp.state().hasVtl(target.vtl())
                ? SynIc.queue(vp, target.vtl(), target.sint(), new HvMessage(messageType, 0, target.id(), payload))
                : HvStatus.INVALID_VTL_STATE;
    }

    /**
     * Signals an event.
     *
     * @param flag relative to the first of the connection
     * @return a status of {@link HvStatus}
     */
    public int signal(int id, int flag) {
        Port port = byId.get(id);
        if (port instanceof HostPort host) {
            return host.signal(flag);
        }
        if (!(port instanceof EventPort target)) {
            return HvStatus.INVALID_CONNECTION_ID;
        }
        Vp vp = partition.vp(target.vp());
        if (flag >= target.flagCount()) {
            return HvStatus.INVALID_PARAMETER;
        }
        if (!vp.state().hasVtl(target.vtl()) || !SynIc.canSignal(vp, target.vtl(), target.sint())) {
            return HvStatus.INVALID_SYNIC_STATE;
        }
        SynIc.signal(vp, target.vtl(), target.sint(), target.firstFlag() + flag);
        return HvStatus.SUCCESS;
    }

    /** The present state. */
    public State save() {
        List<Record> hostPorts = new ArrayList<>();
        for (Port port : byId.values()) {
            if (port instanceof HostPort host) {
                hostPorts.add(host.save());
            }
        }
        return new State(byId, hostPorts);
    }

    /** Goes back to a state that {@link #save} returned. */
    public void restore(State state) {
        byId = state.byId;
        int next = 0;
        for (Port port : byId.values()) {
            if (port instanceof HostPort host) {
                host.restore(state.hostPorts.get(next));
                next++;
            }
        }
    }
}

using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using ImageGateway.Simulator.Calls;
using ImageGateway.Simulator.Faults;

namespace ImageGateway.Simulator;

/// <summary>The response of <c>GET /_simulator/calls</c>.</summary>
internal sealed record CallList(long Total, IReadOnlyList<Call> Calls);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow)]
[JsonSerializable(typeof(CallList))]
[JsonSerializable(typeof(UsageTotals))]
[JsonSerializable(typeof(FaultRule))]
[JsonSerializable(typeof(IReadOnlyList<FaultRule>))]
[JsonSerializable(typeof(JsonObject))]
[JsonSerializable(typeof(string))]
internal sealed partial class SimulatorJson : JsonSerializerContext;

using System.Globalization;
using System.Net.Http.Headers;

namespace ImageGateway.Benchmarks.Proxy;

/// <summary>What a gateway has allocated since its start and how often its heap was collected, by generation.</summary>
internal readonly record struct Heap(double Bytes, double Gen0, double Gen1, double Gen2)
{
    private static readonly HttpClient Client = new() { DefaultRequestHeaders = { Authorization = new AuthenticationHeaderValue("Bearer", Gateway.AdminKey) } };

    public static Heap operator -(Heap a, Heap b) => new(a.Bytes - b.Bytes, a.Gen0 - b.Gen0, a.Gen1 - b.Gen1, a.Gen2 - b.Gen2);

    /// <summary>From the gateway's own metrics; null of systems that have none.</summary>
    public static Heap? Of(ProxySystem system)
    {
        if (!system.IsGateway)
            return null;
        var lines = Client.GetStringAsync(new Uri($"http://127.0.0.1:{system.Port}/metrics")).GetAwaiter().GetResult().Split('\n');
        return new Heap(
            Value(lines, "dotnet_gc_heap_total_allocated_bytes_total"),
            Value(lines, "dotnet_gc_collections_total{gc_heap_generation=\"gen0\"}"),
            Value(lines, "dotnet_gc_collections_total{gc_heap_generation=\"gen1\"}"),
            Value(lines, "dotnet_gc_collections_total{gc_heap_generation=\"gen2\"}"));
    }

    private static double Value(string[] lines, string name) =>
        Array.Find(lines, line => line.StartsWith($"{name} ", StringComparison.Ordinal)) is { } line ? double.Parse(line.Split(' ')[1], CultureInfo.InvariantCulture) : 0;
}

namespace ImageGateway.Hosting;

/// <summary>The options that are read at start only. The gateway logs a warning when one of them changes while it runs.</summary>
internal static class RestartOptions
{
    private static readonly string[] Paths =
    [
        "ConnectionStrings", "Kestrel", "Serilog:Format", "urls",
        "Gateway:Admin", "Gateway:Alerts", "Gateway:Connections", "Gateway:DrainDelay", "Gateway:DrainTimeout", "Gateway:Files", "Gateway:ImageUrlHosts",
        "Gateway:Ledger", "Gateway:Limits:BufferBytes", "Gateway:OnLedgerFailure", "Gateway:Overload", "Gateway:PublicUrl", "Gateway:Replay", "Gateway:ReservationLease",
    ];

    /// <summary>The options that differ between two configurations.</summary>
    public static IReadOnlyList<string> Changed(IConfiguration before, IConfiguration after) => [.. Paths.Where(path => !Values(before, path).SequenceEqual(Values(after, path)))];

    private static IEnumerable<KeyValuePair<string, string?>> Values(IConfiguration configuration, string path) =>
        configuration.GetSection(path).AsEnumerable().Where(entry => entry.Value is not null).OrderBy(entry => entry.Key, StringComparer.OrdinalIgnoreCase);
}

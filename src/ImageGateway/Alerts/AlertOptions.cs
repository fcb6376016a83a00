namespace ImageGateway.Alerts;

/// <summary>Budget alerts (<c>Gateway:Alerts</c>); they are logged and counted even without a webhook.</summary>
internal sealed class AlertFileOptions
{
    /// <summary>Where alerts are posted; absent: nowhere.</summary>
    public string? Webhook { get; set; }

    /// <summary>The secret that signs them, as <c>env:NAME</c>, <c>file:PATH</c> or <c>vault:NAME</c>; needed with a webhook.</summary>
    public string? Secret { get; set; }

    /// <summary>Shares of a budget, in per cent, whose crossing is told; each 1 to 1000. Absent: 50, 80 and 100.</summary>
    public List<int> Thresholds { get; set; } = [];
}

/// <summary>What is told, and where; checked.</summary>
internal sealed record AlertOptions(Uri? Webhook, string? Secret, IReadOnlyList<int> Thresholds);

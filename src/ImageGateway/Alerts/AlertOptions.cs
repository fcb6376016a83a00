namespace ImageGateway.Alerts;

/// <summary>Budget alerts (<c>Gateway:Alerts</c>); they are logged and counted even without a webhook.</summary>
internal sealed class AlertFileOptions
{
    /// <summary>The URL to which alerts are posted; absent: alerts are not posted.</summary>
    public string? Webhook { get; set; }

    /// <summary>The secret that signs alerts, as <c>env:NAME</c>, <c>file:PATH</c> or <c>vault:NAME</c>; required with a webhook.</summary>
    public string? Secret { get; set; }

    /// <summary>Percentages of a budget that raise an alert when crossed; each 1 to 1000. Absent: 50, 80 and 100.</summary>
    public List<int> Thresholds { get; set; } = [];
}

/// <summary>The validated alert settings.</summary>
internal sealed record AlertOptions(Uri? Webhook, string? Secret, IReadOnlyList<int> Thresholds);

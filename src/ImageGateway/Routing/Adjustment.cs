using System.Text;

namespace ImageGateway.Routing;

/// <summary>A parameter that is sent with a different value than requested; <paramref name="To"/> is empty when it is dropped.</summary>
internal readonly record struct Adjustment(string Name, string From, string To)
{
    /// <summary>The <c>x-gateway-adjusted</c> header: <c>name=from->to</c>, comma-separated, names and values percent-encoded.</summary>
    public static string Header(IReadOnlyList<Adjustment> adjustments)
    {
        var text = new StringBuilder();
        foreach (var (name, from, to) in adjustments)
        {
            if (text.Length > 0)
                text.Append(',');
            text.Append(Uri.EscapeDataString(name)).Append('=').Append(Uri.EscapeDataString(from)).Append("->").Append(Uri.EscapeDataString(to));
        }
        return text.ToString();
    }
}

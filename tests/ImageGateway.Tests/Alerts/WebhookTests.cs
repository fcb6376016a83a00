using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;
using ImageGateway.Alerts;

namespace ImageGateway.Tests.Alerts;

public sealed class WebhookTests
{
    [Fact]
    public async Task Receiver_is_told_the_alert_and_nothing_of_traces()
    {
        using var receiver = new TcpListener(IPAddress.Loopback, 0);
        receiver.Start();
        using var webhook = new Webhook(new Uri($"http://{receiver.LocalEndpoint}/alerts"), "secret", TimeProvider.System);
        using var trace = new Activity("alerts").AddBaggage("customer", "acme").Start();
        trace.TraceStateString = "vendor=1";
        var posting = webhook.PostAsync("id", "{}", CancellationToken.None);
        using var connection = await receiver.AcceptSocketAsync();
        var (posted, length) = (new byte[4096], 0);
        while (!Text().EndsWith("{}", StringComparison.Ordinal))
            length += await connection.ReceiveAsync(posted.AsMemory(length));
        await connection.SendAsync("HTTP/1.1 204 No Content\r\n\r\n"u8.ToArray());
        Assert.True(await posting);
        Assert.Contains("x-gateway-event-id: id", Text(), StringComparison.Ordinal);
        foreach (var header in (string[])["traceparent", "tracestate", "baggage", "correlation-context"])
            Assert.DoesNotContain(header, Text(), StringComparison.OrdinalIgnoreCase);

        string Text() => Encoding.ASCII.GetString(posted, 0, length);
    }
}

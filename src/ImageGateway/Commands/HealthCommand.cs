using System.CommandLine;

namespace ImageGateway.Commands;

/// <summary><c>health</c>: checks whether a gateway is ready, for containers without another HTTP client.</summary>
internal static class HealthCommand
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    public static Command Create()
    {
        var isLive = new Option<bool>("--live") { Description = "Check only whether the gateway is alive." };
        var command = new Command("health", """
            Ask a gateway whether it can take requests. 0: it can.

            Example:
              ImageGateway health --url http://127.0.0.1:8080
            """) { isLive, GatewayClient.Url };
        command.SetAction((parsed, cancellation) => GatewayClient.RunAsync(parsed, null, async gateway =>
        {
            using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
            patience.CancelAfter(Patience);
            using var response = await gateway.SendAsync(HttpMethod.Get, parsed.GetValue(isLive) ? "/healthz/live" : "/healthz/ready", null, patience.Token);
            await parsed.InvocationConfiguration.Output.WriteLineAsync(await response.Content.ReadAsStringAsync(patience.Token));
            return response.IsSuccessStatusCode ? 0 : 1;
        }));
        return command;
    }
}

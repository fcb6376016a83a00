using System.CommandLine;
using System.Text.Json.Nodes;

namespace ImageGateway.Commands;

/// <summary><c>keys create|list|revoke</c>, through the control plane, so that changes are audited as usual.</summary>
internal static class KeysCommand
{
    private const string AdminKey = "GATEWAY_ADMIN_KEY";

    private static readonly Option<string> Tenant = new("--tenant") { Description = "The tenant's id.", Required = true, HelpName = "ID" };

    public static Command Create() => new("keys", $"""
        Issue, list and revoke keys of a running gateway. The admin key is in {AdminKey}.

        Examples:
          ImageGateway keys create --tenant demo --name laptop --project web
          ImageGateway keys create --tenant acme --new-tenant
          ImageGateway keys list --tenant demo
          ImageGateway keys revoke --tenant demo key_01a1fc1add7b7cb2a1f0
        """) { Issue(), List(), Revoke() };

    private static Command Issue()
    {
        var name = new Option<string>("--name") { Description = "What the key is for." };
        var project = new Option<string>("--project") { Description = "The project the key belongs to, created if it does not exist.", DefaultValueFactory = _ => "default" };
        var isNew = new Option<bool>("--new-tenant") { Description = "Create the tenant first if it does not exist." };
        var command = new Command("create", """
            Issue a key and print its secret, which is shown only once.

            Example:
              ImageGateway keys create --tenant demo --name laptop --project web
            """) { Tenant, name, project, isNew, GatewayClient.Url };
        command.SetAction((parsed, cancellation) => GatewayClient.RunAsync(parsed, AdminKey, async gateway =>
        {
            var tenant = parsed.GetValue(Tenant)!;
            if (parsed.GetValue(isNew))
                await MakeAsync(gateway, tenant, cancellation);
            var body = new JsonObject { ["project"] = parsed.GetValue(project) };
            if (parsed.GetValue(name) is { } text)
                body["name"] = text;
            var key = (await gateway.JsonAsync(HttpMethod.Post, Path(tenant), body, cancellation))!;
            // Scripts want the secret alone on standard output.
            await parsed.InvocationConfiguration.Error.WriteLineAsync($"{key["id"]} of {key["tenant"]}/{key["project"]}; its secret is not shown again:");
            await parsed.InvocationConfiguration.Output.WriteLineAsync((string?)key["secret"]);
            return 0;
        }));
        return command;
    }

    private static Command List()
    {
        var command = new Command("list", """
            List a tenant's keys: id, project, name, prefix of the secret, state.

            Example:
              ImageGateway keys list --tenant demo
            """) { Tenant, GatewayClient.Url };
        command.SetAction((parsed, cancellation) => GatewayClient.RunAsync(parsed, AdminKey, async gateway =>
        {
            for (var cursor = ""; ;)
            {
                var page = (await gateway.JsonAsync(HttpMethod.Get, $"{Path(parsed.GetValue(Tenant)!)}?limit=1000{cursor}", null, cancellation))!;
                foreach (var key in page["data"]!.AsArray())
                    await parsed.InvocationConfiguration.Output.WriteLineAsync($"{key!["id"]}\t{key["project"]}\t{key["name"]}\t{key["prefix"]}\t{((bool?)key["disabled"] == true ? "disabled" : "active")}");
                if ((string?)page["next_cursor"] is not { } next)
                    return 0;
                cursor = $"&cursor={Uri.EscapeDataString(next)}";
            }
        }));
        return command;
    }

    private static Command Revoke()
    {
        var id = new Argument<string>("id") { Description = "The key's id, as shown by list." };
        var command = new Command("revoke", """
            Revoke a key with all its secrets.

            Example:
              ImageGateway keys revoke --tenant demo key_01a1fc1add7b7cb2a1f0
            """) { id, Tenant, GatewayClient.Url };
        command.SetAction((parsed, cancellation) => GatewayClient.RunAsync(parsed, AdminKey, async gateway =>
        {
            await gateway.JsonAsync(HttpMethod.Delete, $"{Path(parsed.GetValue(Tenant)!)}/{Uri.EscapeDataString(parsed.GetValue(id)!)}", null, cancellation);
            return 0;
        }));
        return command;
    }

    private static async Task MakeAsync(GatewayClient gateway, string tenant, CancellationToken cancellationToken)
    {
        using var found = await gateway.SendAsync(HttpMethod.Get, $"/admin/v1/tenants/{Uri.EscapeDataString(tenant)}", null, cancellationToken);
        if (found.StatusCode == System.Net.HttpStatusCode.NotFound)
            await gateway.JsonAsync(HttpMethod.Post, "/admin/v1/tenants", new JsonObject { ["id"] = tenant }, cancellationToken);
    }

    private static string Path(string tenant) => $"/admin/v1/tenants/{Uri.EscapeDataString(tenant)}/keys";
}

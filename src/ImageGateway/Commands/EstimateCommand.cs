using System.CommandLine;
using System.Text.Json.Nodes;

namespace ImageGateway.Commands;

/// <summary><c>estimate</c>: where a job would go and what it would cost.</summary>
internal static class EstimateCommand
{
    private static readonly Option<string> Model = new("--model") { Description = "A model, deployment, target or alias.", DefaultValueFactory = _ => "auto" };
    private static readonly Option<string> Prompt = new("--prompt") { Description = "The prompt; its length matters.", Required = true };
    private static readonly Option<string> Size = new("--size") { Description = "As in 1024x1024." };
    private static readonly Option<string> Quality = new("--quality") { Description = "As in low, medium, high." };
    private static readonly Option<string> Tags = new("--tags") { Description = "As in team=shop,use=thumbnail." };
    private static readonly Option<int> Count = new("--n") { Description = "The number of images.", DefaultValueFactory = _ => 1 };

    public static Command Create()
    {
        var command = new Command("estimate", """
            Tell where a job would go and what it would cost; nothing is spent. A tenant's key is in GATEWAY_KEY.

            Example:
              ImageGateway estimate --model final --prompt "a lighthouse at dusk" --quality high
            """) { Model, Prompt, Size, Quality, Count, Tags, GatewayClient.Url };
        command.SetAction((parsed, cancellation) => GatewayClient.RunAsync(parsed, "GATEWAY_KEY", async gateway =>
        {
            if (parsed.GetValue(Tags) is { } tags)
                gateway.Tag(tags);
            var answer = await gateway.JsonAsync(HttpMethod.Post, "/v1/images/estimate", Body(parsed), cancellation);
            Print(answer!, parsed.InvocationConfiguration.Output);
            return 0;
        }));
        return command;
    }

    private static JsonObject Body(ParseResult parsed)
    {
        var body = new JsonObject { ["model"] = parsed.GetValue(Model), ["prompt"] = parsed.GetValue(Prompt), ["n"] = parsed.GetValue(Count) };
        if (parsed.GetValue(Size) is { } size)
            body["size"] = size;
        if (parsed.GetValue(Quality) is { } quality)
            body["quality"] = quality;
        return body;
    }

    private static void Print(JsonNode answer, TextWriter output)
    {
        output.WriteLine($"{(answer["route"] is { } route ? $"route {route}" : "no route")}, at most {Usd(answer["worst_case_usd"])}, expected {Usd(answer["expected_usd"])}, prices of {answer["price_book"]}");
        foreach (var target in answer["targets"]!.AsArray())
        {
            output.WriteLine($"  {target!["target"] ?? target["model"]}: at most {Usd(target["worst_case_usd"])}, expected {Usd(target["expected_usd"])}");
            foreach (var line in target["lines"]!.AsArray())
                output.WriteLine($"    {line!["item"]}: {line["tokens"] ?? line["images"]} at {Price(line["usd_per_million"] ?? line["usd_per_image"])} = {Usd(line["usd"])}");
        }
        foreach (var skipped in answer["skipped"]!.AsArray())
            output.WriteLine($"  not {skipped!["target"]}: {skipped["reason"]}");
    }

    private static string Price(JsonNode? price) => $"{price?.GetValue<decimal>():0.#########}";

    private static string Usd(JsonNode? amount) => amount is null ? "unpriced" : $"{amount.GetValue<decimal>():0.#########} USD";
}

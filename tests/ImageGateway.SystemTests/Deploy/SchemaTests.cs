using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Nodes;
using ImageGateway.SystemTests.OpenAIClients;
using ImageGateway.Tests;

namespace ImageGateway.SystemTests.Deploy;

/// <summary>The Kubernetes objects of <c>deploy/</c> against the schemas of Kubernetes' API, which an npm package has.</summary>
public sealed class SchemaTests
{
    private static readonly string Folder = Repository.File("tests", "ImageGateway.SystemTests", "Deploy", "schemas");

    [Fact]
    public async Task Every_object_is_one_of_kubernetes()
    {
        var objects = Yaml.Objects().ToList();

        Assert.Superset(new HashSet<string> { "Deployment", "HorizontalPodAutoscaler", "NetworkPolicy", "PodDisruptionBudget", "Secret", "Service" }, objects.Select(made => (string)made["kind"]!).ToHashSet());
        Assert.Empty(await MistakesAsync(objects));
    }

    [Fact]
    public async Task Mistakes_are_found()
    {
        var deployment = Yaml.Read("kubernetes/deployment.yaml").Single();
        (deployment["spec"]!["template"]!["spec"]!["terminationGracePeriodSeconds"], deployment["spec"]!["replica"]) = ("150s", 3);
        var autoscaler = Yaml.Read("kubernetes/autoscaling.yaml")[0];
        autoscaler["spec"]!.AsObject().Remove("maxReplicas");
        var budget = Yaml.Read("kubernetes/autoscaling.yaml")[1];
        budget["apiVersion"] = "policy/v7";

        var mistakes = await MistakesAsync([deployment, autoscaler, budget]);

        Assert.Equal(
            [
                "Deployment/imagegateway/spec/replica: unknown",
                "Deployment/imagegateway/spec/template/spec/terminationGracePeriodSeconds: type {\"type\":\"integer\"}",
                "HorizontalPodAutoscaler/imagegateway/spec: required {\"missingProperty\":\"maxReplicas\"}",
                "PodDisruptionBudget/imagegateway: there is no PodDisruptionBudget in policy/v7",
            ],
            mistakes.Order(StringComparer.Ordinal));
    }

    private static async Task<List<string>> MistakesAsync(IEnumerable<JsonNode> objects)
    {
        Assert.True(Directory.Exists(Path.Combine(Folder, "node_modules")), $"The schemas are missing: run 'npm ci' in {Folder}, as test.sh does.");
        using var check = Process.Start(new ProcessStartInfo(NodeScript.Node, [Path.Combine(Folder, "check.mjs")]) { UseShellExecute = false, RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true })!;
        var (output, errors) = (check.StandardOutput.ReadToEndAsync(), check.StandardError.ReadToEndAsync());
        await check.StandardInput.WriteAsync(JsonSerializer.Serialize(objects));
        check.StandardInput.Close();
        await check.WaitForExitAsync();
        Assert.True(check.ExitCode == 0, await errors);
        return JsonSerializer.Deserialize<List<string>>(await output)!;
    }
}

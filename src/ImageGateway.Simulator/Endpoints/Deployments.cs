namespace ImageGateway.Simulator.Endpoints;

/// <summary>Resolves the model: the deployment's for Azure, the requested one for OpenAI.</summary>
internal sealed class Deployments(SimulatorOptions options)
{
    public string? ModelOf(string? deployment)
    {
        if (deployment is null)
            return null;
        if (options.Deployments.TryGetValue(deployment, out var model))
            return model;
        return SimulatedModels.All.ContainsKey(deployment) ? deployment : null;
    }

    /// <summary>The model of a call, or its provider's error.</summary>
    public static SimulatedModel Resolve(Calls.Call call, Surface surface)
    {
        if (surface != Surface.OpenAI)
            return call.Model is { } deployed && SimulatedModels.All.TryGetValue(deployed, out var served) ? served : throw AzureErrors.DeploymentNotFound();
        var name = call.Operation == Calls.ImageOperation.Variation ? call.Model ?? "dall-e-2" : call.Model;
        if (string.IsNullOrEmpty(name))
            throw ProviderErrors.Missing("model");
        return SimulatedModels.All.TryGetValue(name, out var model) ? model : throw ProviderErrors.UnknownModel(name);
    }
}

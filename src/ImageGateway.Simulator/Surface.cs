namespace ImageGateway.Simulator;

/// <summary>The three styles of paths.</summary>
internal enum Surface
{
    OpenAI,

    /// <summary>Azure with the deployment in the path.</summary>
    AzureDeployment,

    /// <summary>Azure with the deployment as <c>model</c> in the body.</summary>
    AzureV1,
}
